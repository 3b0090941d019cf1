// The address that a sender wants to have visited before it sends events, and the button that visits it.

import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api";
import { Button } from "../../../ui/button";
import { Callout } from "../../../ui/callout";
import { CopyLine } from "../../../ui/copy-line";
import { ErrorNote } from "../../../ui/error-note";

interface ConfirmVisitProps {
  /** The delivery's id. */
  id: string;
  url: string;
}

/** Offers to visit the address. Nothing is visited before somebody asks for it. */
export function ConfirmVisit({ id, url }: ConfirmVisitProps) {
  const visit = useMutation({
    mutationFn: async () => unwrap(await api.POST("/deliveries/{id}/visit", { params: { path: { id } } })),
  });
  const status = visit.data?.status;
  const button = (
    <Button className="bg-surface" disabled={visit.isPending} onClick={() => visit.mutate()}>
      Confirm the subscription
    </Button>
  );
  return (
    <div className="flex flex-col gap-2">
      <Callout tone="wait" title="The sender waits for a confirmation" action={button}>
        It sends events only after this address was visited. Confirm it if you set up this subscription.
      </Callout>
      <CopyLine text={url} what="address" />
      {status !== undefined && (
        <p role="status" className="text-pretty text-text-2">
          {status >= 200 && status < 300
            ? "Confirmed. The sender can send events now."
            : `The sender answered ${status}, so the subscription is not confirmed. Open the address in a browser.`}
        </p>
      )}
      {visit.error && <ErrorNote title="Could not visit the address" error={visit.error} />}
    </div>
  );
}
