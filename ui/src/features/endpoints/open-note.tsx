// The note on an endpoint that does not verify deliveries.

import { whyUnchecked } from "../../entities/endpoint/open-endpoint";
import type { Endpoint } from "../../lib/api";
import { Button } from "../../ui/button";
import { Callout } from "../../ui/callout";

interface OpenNoteProps {
  endpoint: Endpoint;
  onAddSecret: () => void;
}

/** Says that an endpoint verifies nothing, and how to change that. Renders nothing for one that verifies. */
export function OpenNote({ endpoint, onAddSecret }: OpenNoteProps) {
  if (!endpoint.open) return null;
  if (whyUnchecked(endpoint) === "off") {
    return (
      <Callout tone="wait" title="Open: checks nothing">
        Verification is off, so nothing proves who sent a delivery. To verify deliveries, set Check to “Enforce” and
        save.
      </Callout>
    );
  }
  return (
    <Callout
      tone="wait"
      title="Open: checks nothing"
      action={
        <Button className="bg-surface" onClick={onAddSecret}>
          Add the sender’s secret
        </Button>
      }
    >
      This endpoint has no secret, so nothing proves who sent a delivery. Add a secret to verify every delivery.
    </Callout>
  );
}
