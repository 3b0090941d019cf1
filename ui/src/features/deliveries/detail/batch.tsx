// The events of a delivery that contains several.

import type { DeliveryDetail } from "../../../lib/api";
import { formatCount } from "../../../lib/format";
import { Time } from "../../../ui/time";

/** The events of a body that has several. */
export function Batch({ events }: { events: NonNullable<DeliveryDetail["batch"]> }) {
  return (
    <section>
      <h3 className="font-semibold">{formatCount(events.length)} events in one body</h3>
      <ol className="mt-1 max-h-80 divide-y divide-line overflow-y-auto rounded-lg border border-line bg-surface">
        {events.map((one, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: their order is the body's and never changes
          <li key={i} className="grid grid-cols-[1fr_auto] gap-x-3 px-3 py-2">
            <span className="min-w-0 font-mono text-s break-words">{one.type || "no type"}</span>
            <span className="text-text-3">{one.occurred_at && <Time at={one.occurred_at} form="moment" />}</span>
            <span className="min-w-0 font-mono text-xs break-all text-text-3">{one.event}</span>
            <span className="text-right text-xs text-text-3">
              {one.duplicate_of ? `came before, in #${formatCount(one.duplicate_of)}` : ""}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
