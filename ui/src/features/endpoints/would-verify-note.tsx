// The note on an endpoint whose rejected deliveries would verify now, and the button that has them verified again.

import { RotateCw } from "lucide-react";
import { useEffect, useRef } from "react";
import { useReverify } from "../../entities/endpoint/queries";
import type { Endpoint } from "../../lib/api";
import { formatCount } from "../../lib/format";
import { Button } from "../../ui/button";
import { Callout } from "../../ui/callout";
import { ErrorNote } from "../../ui/error-note";

interface WouldVerifyNoteProps {
  endpoint: Endpoint;
  /** The endpoint was changed here: who saved it at the end of the form is to see what came of it. */
  changed: boolean;
}

/** Offers to verify rejected deliveries again. Renders nothing where none would verify and none was released here. */
export function WouldVerifyNote({ endpoint, changed }: WouldVerifyNoteProps) {
  const release = useReverify(endpoint.id);
  const count = endpoint.would_verify ?? 0;
  const released = release.data?.released;
  const note = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (changed && count > 0) note.current?.scrollIntoView({ block: "nearest" });
  }, [changed, count]);
  return (
    <div ref={note} className="flex flex-col gap-2 empty:hidden">
      {count > 0 && (
        <Callout
          tone="wait"
          title={
            count === 1
              ? "1 rejected delivery would verify now"
              : `${formatCount(count)} rejected deliveries would verify now`
          }
          action={
            <Button className="bg-surface" disabled={release.isPending} onClick={() => release.mutate(true)}>
              <RotateCw size={13} aria-hidden /> Verify again
            </Button>
          }
        >
          A release or a change of this endpoint corrected the check. Verify again to accept what was rejected. Verified
          deliveries stay verified.
        </Callout>
      )}
      {released !== undefined && count === 0 && (
        <p role="status" className="text-pretty text-text-2">
          {saidOf(released)}
        </p>
      )}
      {release.error && <ErrorNote title="Could not verify again" error={release.error} />}
    </div>
  );
}

function saidOf(released: number): string {
  if (released === 0) return "No rejected delivery was left that verifies: retention removed them.";
  if (released === 1) return "1 delivery is verified now. It is the newest in the list.";
  return `${formatCount(released)} deliveries are verified now. They are the newest in the list.`;
}
