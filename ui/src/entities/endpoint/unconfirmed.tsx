// The note on an endpoint that only the server’s own network can send to, with the button that opens it.

import type { Endpoint } from "../../lib/api";
import { Button } from "../../ui/button";
import { Callout } from "../../ui/callout";
import { toast } from "../../ui/toast";
import { useConfirmEndpoint } from "./confirm-endpoint";

/** Says who can send to an unconfirmed endpoint, and confirms it. Renders nothing for any other endpoint. */
export function Unconfirmed({ endpoint: { id, name, confirmed } }: { endpoint: Endpoint }) {
  const confirm = useConfirmEndpoint(id);
  if (confirmed !== false) return null;
  const open = () =>
    confirm.mutate(undefined, { onSuccess: () => toast({ title: `${name} is open to the internet` }) });
  return (
    <Callout
      tone="wait"
      title="Not open to the internet yet"
      action={
        <Button className="bg-surface" onClick={open}>
          Open it to the internet
        </Button>
      }
    >
      <p>Only this machine and your private network can send here until you confirm it.</p>
      {confirm.error && (
        <p role="alert" className="mt-1 text-bad">
          Could not confirm it. {confirm.error.message}
        </p>
      )}
    </Callout>
  );
}
