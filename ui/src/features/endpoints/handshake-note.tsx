// The note on an endpoint whose sender brings the secret: whether the endpoint takes it now, and until when.

import { useEffect, useState } from "react";
import type { Endpoint } from "../../lib/api";
import { Button } from "../../ui/button";
import { Callout } from "../../ui/callout";
import { ErrorNote } from "../../ui/error-note";
import { Time } from "../../ui/time";
import { useAwaitSecret } from "./mutations";

/** Says whether the endpoint waits for its sender's secret. Renders nothing where none is brought. */
export function HandshakeNote({ endpoint }: { endpoint: Endpoint }) {
  const wait = useAwaitSecret(endpoint.id);
  const until = endpoint.handshake_until;
  const waiting = useIsBefore(until);
  if (!endpoint.brings_secret) return null;
  const button = (
    <Button className="bg-surface" disabled={wait.isPending} onClick={() => wait.mutate()}>
      Wait for the handshake
    </Button>
  );
  return (
    <>
      {waiting && until ? (
        <Callout tone="wait" title="Waiting for the sender’s secret">
          Until <Time at={until} />, the endpoint takes the secret that the sender brings, once. Set up the webhook at
          the sender now.
        </Callout>
      ) : (
        <Callout tone="wait" title="The sender brings its secret" action={button}>
          The endpoint takes it only in the ten minutes after you ask for it. Then set up the webhook at the sender.
        </Callout>
      )}
      {wait.error && <ErrorNote title="Could not wait for the handshake" error={wait.error} />}
    </>
  );
}

/** Whether a time is still to come. Renders again when it has passed. */
function useIsBefore(time: string | undefined) {
  const [, passed] = useState(0);
  const left = time ? Date.parse(time) - Date.now() : 0;
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => passed((n) => n + 1), left);
    return () => clearTimeout(timer);
  }, [left]);
  return left > 0;
}
