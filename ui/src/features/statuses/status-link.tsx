// Creates status links: copy one, or open the page. Nothing is stored on the server: a link is a signed token, so it
// cannot be listed or taken back alone. Deleting its key ends it, which the endpoint's page offers.

import { useMutation } from "@tanstack/react-query";
import { ExternalLink, Link2 } from "lucide-react";
import { useId, useState } from "react";
import type { Status } from "../../entities/status/status";
import { api, unwrap } from "../../lib/api";
import { copyText } from "../../lib/clipboard";
import { Button } from "../../ui/button";
import { CopyLine } from "../../ui/copy-line";
import { ErrorNote } from "../../ui/error-note";
import { Select } from "../../ui/select";
import { Time } from "../../ui/time";
import { toast } from "../../ui/toast";
import type { LinkForm } from "./link-forms";
import { linkRequest } from "./public-answer";

/** How long a link may be valid. Most payments are settled within three days, which is also the server's default. */
const expiries = [
  { value: "1h", label: "1 hour" },
  { value: "24h", label: "1 day" },
  { value: "72h", label: "3 days" },
  { value: "168h", label: "1 week" },
  { value: "720h", label: "30 days" },
];

interface StatusLinkProps {
  status: Status;
  /** The name in the link, and its account: they decide what the link shows. */
  form: LinkForm;
}

/** Creates a link to the public page of one subject, for a time that is chosen here. */
export function StatusLink({ status, form }: StatusLinkProps) {
  const [expiry, setExpiry] = useState("72h");
  const label = useId();
  const link = useMutation({
    mutationFn: async () => unwrap(await api.POST("/status-links", { body: linkRequest(status, form, expiry) })),
  });
  /** Creates a link each time, since its validity counts from now. */
  const copy = async () => {
    const made = await link.mutateAsync().catch(() => undefined); // the note below says what went wrong
    if (!made) return;
    if (await copyText(made.url))
      toast({ title: "Copied the status link", text: "Anyone with this link can see this status." });
    else
      toast({ title: "Your browser did not allow copying", text: "Copy the link from the field below.", tone: "bad" });
  };
  /** Opens the page in a tab. It counts as seen by a customer, which the text below says. */
  const open = async () => {
    // Browsers block a window that opens only after the answer.
    const page = window.open("", "_blank");
    const made = await link.mutateAsync().catch(() => undefined);
    if (!page) return;
    if (!made) return page.close();
    page.opener = null;
    page.location.replace(made.url);
  };
  return (
    <section className="space-y-2">
      <div className="flex flex-wrap items-center gap-2">
        <Button variant="primary" onClick={() => void copy()} disabled={link.isPending}>
          <Link2 size={13} aria-hidden /> Copy status link
        </Button>
        <label htmlFor={label} className="flex items-center gap-1.5 text-s text-text-2">
          Valid for
          <Select
            id={label}
            choices={expiries}
            value={expiry}
            onChange={(change) => setExpiry(change.target.value)}
            className="[&_select]:h-[26px]"
          />
        </label>
        <Button variant="quiet" onClick={() => void open()} disabled={link.isPending}>
          <ExternalLink size={13} aria-hidden /> Open as the customer sees it
        </Button>
      </div>
      <p className="text-s text-pretty text-text-2">Anyone with this link can see this status.</p>
      {link.data && (
        <>
          <CopyLine text={link.data.url} what="status link" />
          <p className="text-s text-text-3">
            Valid until <Time at={link.data.expires_at} form="minute" />. Opening it yourself counts as seen.
          </p>
        </>
      )}
      {link.error && <ErrorNote title="Could not create a status link" error={link.error} />}
    </section>
  );
}
