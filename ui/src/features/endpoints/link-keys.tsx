// The keys that sign status links: list, creation and deletion.

import { useQuery } from "@tanstack/react-query";
import { KeyRound, X } from "lucide-react";
import { useState } from "react";
import type { LinkKey } from "../../entities/status/status-rules";
import { Button } from "../../ui/button";
import { CopyLine } from "../../ui/copy-line";
import { ErrorNote } from "../../ui/error-note";
import { IconButton } from "../../ui/icon-button";
import { Select } from "../../ui/select";
import { Time } from "../../ui/time";
import { linkKeysQuery, useDeleteLinkKey, useMakeLinkKey } from "./status-mutations";

const overlaps = [
  { value: "0s", label: "end at once" },
  { value: "24h", label: "last 1 more day" },
  { value: "168h", label: "last 1 more week" },
  { value: "720h", label: "last 30 more days" },
];

/** The keys that sign status links, for Hookbeam and for the back end of a shop. */
export function LinkKeys({ endpoint }: { endpoint: string }) {
  const keys = useQuery(linkKeysQuery(endpoint));
  const make = useMakeLinkKey(endpoint);
  const remove = useDeleteLinkKey(endpoint);
  const [overlap, setOverlap] = useState("24h");
  const error = keys.error ?? make.error ?? remove.error;
  return (
    <section aria-label="Link keys" className="flex flex-col gap-2">
      <h4 className="text-s font-[550]">Link keys</h4>
      <p className="text-s text-pretty text-text-3">
        Your back end can sign status links itself, with any JWT library: HS256 over{" "}
        <code className="font-mono">{`{"ep":"${endpoint}","sub":"order/10-4471","exp":…}`}</code>.
      </p>
      {keys.data && keys.data.length > 0 && (
        <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
          {keys.data.map((key) => (
            <KeyRow key={key.id} linkKey={key} onRemove={() => remove.mutate(key.id)} busy={remove.isPending} />
          ))}
        </ul>
      )}
      {make.data?.key && (
        <div role="status" className="flex flex-col gap-1">
          <CopyLine text={make.data.key} what="key" />
          <p className="text-s text-pretty text-wait">
            This is shown once. Put it where your back end keeps its secrets.
          </p>
        </div>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button onClick={() => make.mutate(overlap)} disabled={make.isPending}>
          <KeyRound size={13} aria-hidden /> Make a new key
        </Button>
        {keys.data && keys.data.length > 0 && (
          <label htmlFor="older-link-keys" className="flex items-center gap-1.5 text-s text-text-2">
            older ones
            <Select
              id="older-link-keys"
              choices={overlaps}
              value={overlap}
              onChange={(change) => setOverlap(change.target.value)}
              className="[&_select]:h-[26px]"
            />
          </label>
        )}
      </div>
      {error && (
        <div className="-mx-4">
          <ErrorNote title="Could not do that with the link keys" error={error} />
        </div>
      )}
    </section>
  );
}

interface KeyRowProps {
  linkKey: LinkKey;
  busy: boolean;
  onRemove: () => void;
}

/** Taking a key away ends links that people have, so it is asked twice. */
function KeyRow({ linkKey: { id, created_at, expires_at }, busy, onRemove }: KeyRowProps) {
  const [confirming, setConfirming] = useState(false);
  return (
    <li className="flex min-h-9 flex-wrap items-center gap-x-3 px-3 py-1 text-s">
      <code className="min-w-0 truncate font-mono">{id}</code>
      <span className="text-text-3">
        made <Time at={created_at} form="day" />
        {expires_at && (
          <>
            , ends <Time at={expires_at} form="minute" />
          </>
        )}
      </span>
      <span className="ml-auto flex items-center gap-1">
        {confirming ? (
          <>
            <span className="text-text-2">Its links end at once.</span>
            <Button variant="danger" onClick={onRemove} disabled={busy}>
              Delete
            </Button>
            <Button variant="quiet" onClick={() => setConfirming(false)}>
              Keep
            </Button>
          </>
        ) : (
          <IconButton label={`Delete key ${id}`} icon={<X size={14} />} onClick={() => setConfirming(true)} />
        )}
      </span>
    </li>
  );
}
