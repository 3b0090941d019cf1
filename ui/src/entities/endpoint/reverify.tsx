// Verifies rejected deliveries again with the secrets of now, and releases those that are valid.

import { RotateCw } from "lucide-react";
import { formatCount } from "../../lib/format";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { useReverify } from "./queries";

interface ReverifyProps {
  /** The endpoint's id. */
  endpoint: string;
  /** The endpoint is being changed: what is found out now would be old in a moment. */
  disabled?: boolean;
  onReleased?: () => void;
}

const deliveries = (n: number) => (n === 1 ? "1 rejected delivery" : `${formatCount(n)} rejected deliveries`);

/** Counts the rejected deliveries that verify with the endpoint's current secrets, and offers to release them. */
export function Reverify({ endpoint, disabled = false, onReleased }: ReverifyProps) {
  const count = useReverify(endpoint);
  const release = useReverify(endpoint);
  const verified = count.data?.verified ?? 0;
  const error = count.error ?? release.error;

  if (release.data) {
    return (
      <p role="status" className="text-pretty text-text-2">
        {deliveries(release.data.released)} released: each stands in the list as verified, and says which one it was.
      </p>
    );
  }
  return (
    <div className="flex flex-col items-start gap-2">
      {verified > 0 ? (
        <>
          <p role="status" className="text-pretty">
            {deliveries(verified)} would verify now, of {formatCount(count.data?.examined ?? 0)}. Released, they count
            as genuine, in the order in which they came.
          </p>
          <Button
            variant="primary"
            disabled={release.isPending}
            onClick={() => release.mutate(true, { onSuccess: () => onReleased?.() })}
          >
            Release {verified === 1 ? "it" : `all ${formatCount(verified)}`}
          </Button>
        </>
      ) : (
        <>
          {count.data && (
            <p role="status" className="text-pretty text-text-2">
              None of {deliveries(count.data.examined)} verifies with the secrets that the endpoint has now.
            </p>
          )}
          <Button disabled={disabled || count.isPending} onClick={() => count.mutate(false)}>
            <RotateCw size={13} aria-hidden /> Verify again
          </Button>
        </>
      )}
      {error && <ErrorNote title="Could not verify again" error={error} />}
    </div>
  );
}
