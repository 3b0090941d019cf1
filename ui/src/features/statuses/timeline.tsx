// The tab of a status with its timeline, of which the newest part is shown first.

import { useState } from "react";
import { EffectList } from "../../entities/status/effect-list";
import type { StatusDetail } from "../../entities/status/status";
import { formatCount } from "../../lib/format";
import { Button } from "../../ui/button";
import { Empty } from "../../ui/empty";

/** How many effects are shown at first: a subject can have thousands. */
const atFirst = 100;

/** The effects of all events, newest last. */
export function Timeline({ status: { timeline, tone } }: { status: StatusDetail }) {
  const [all, setAll] = useState(false);
  const hidden = all ? 0 : Math.max(0, timeline.length - atFirst);
  if (timeline.length === 0) {
    return <Empty title="No events are kept" text="The deliveries that told of it are older than what is kept." />;
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-4">
      {hidden > 0 && (
        <Button className="mb-3" onClick={() => setAll(true)}>
          Show {formatCount(hidden)} older
        </Button>
      )}
      <EffectList effects={timeline.slice(hidden)} all={timeline} tone={tone} />
    </div>
  );
}
