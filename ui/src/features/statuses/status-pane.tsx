// The pane of one status: header and tabs.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import { useEndpointNames } from "../../entities/endpoint/queries";
import { statusQuery } from "../../entities/status/queries";
import { copyText } from "../../lib/clipboard";
import { useKeys } from "../../lib/keys";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Kbd } from "../../ui/kbd";
import { SidePane } from "../../ui/side-pane";
import { Skeleton } from "../../ui/skeleton";
import { Tabs } from "../../ui/tabs";
import { toast } from "../../ui/toast";
import { CustomerView } from "./customer-view";
import { StatusHeader } from "./status-header";
import { Timeline } from "./timeline";
import type { StatusTab } from "./use-statuses-url";

interface StatusPaneProps {
  id: string;
  tab: StatusTab;
  onTab: (tab: StatusTab) => void;
  onClose: () => void;
}

/**
 * One status, beside the list or, on a phone, over it. The page handles Escape. Its data is kept up to date by the live
 * cache, so nothing here polls or subscribes.
 */
export function StatusPane({ id, tab, onTab, onClose }: StatusPaneProps) {
  const nameOf = useEndpointNames();
  // The one before stays until the next is there, so that moving down the list does not flicker.
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    ...statusQuery(id),
    placeholderData: keepPreviousData,
  });
  useKeys({ y: { label: "Copy link", run: () => void copyLink() } }, { group: "Status" });
  return (
    <SidePane label="Status" name="status" width={roomFor(innerWidth)}>
      {isPending && <Skeleton what="the status" />}
      {!data && error && (
        <>
          <ErrorNote title="Could not show this status" error={error} onRetry={() => void refetch()} />
          <Button variant="quiet" className="ml-4 self-start" onClick={onClose}>
            Back to the list
          </Button>
        </>
      )}
      {data && (
        <div
          aria-busy={isPlaceholderData}
          className="flex min-h-0 flex-1 flex-col overflow-y-auto transition-opacity delay-300 aria-busy:opacity-50"
        >
          <StatusHeader status={data} endpointName={nameOf(data.endpoint)} onClose={onClose} />
          <Tabs
            label="Parts of the status"
            tabs={[
              { value: "timeline", label: "Timeline", count: data.timeline.length },
              { value: "customer", label: "What the customer sees" },
            ]}
            value={tab}
            onValue={onTab}
          >
            {tab === "timeline" ? <Timeline status={data} /> : <CustomerView key={data.id} status={data} />}
          </Tabs>
          <footer
            className={
              "flex h-10 shrink-0 items-center gap-1 border-t border-line px-2 " +
              "max-md:h-[calc(56px+env(safe-area-inset-bottom))] max-md:pb-[env(safe-area-inset-bottom)]"
            }
          >
            <Button variant="quiet" onClick={() => void copyLink()} className="px-2 font-normal">
              <Kbd keys="y" /> <Link2 size={14} className="hidden pointer-coarse:block" aria-hidden /> copy link for
              colleagues
            </Button>
          </footer>
        </div>
      )}
    </SidePane>
  );
}

/** The width at first: the list keeps room for whole rows, and the pane for a timeline with its deliveries. */
const roomFor = (window: number) => Math.min(584, Math.max(480, window - 856));

/** Copies the address of this view. It needs a login, unlike a status link. */
async function copyLink() {
  if (await copyText(location.href)) toast({ title: "Copied a link to this view" });
  else toast({ title: "Your browser did not allow copying", text: "Copy it from the address bar.", tone: "bad" });
}
