// The deliveries screen: filter, list, and the open delivery beside it.

import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { useEndpoints } from "../../entities/endpoint/queries";
import { copyText } from "../../lib/clipboard";
import { useKeys } from "../../lib/keys";
import { useNarrow } from "../../lib/narrow";
import { LiveLabel } from "../../ui/live-label";
import { LostBanner } from "../../ui/lost-banner";
import { PageHeader } from "../../ui/page-header";
import { toast } from "../../ui/toast";
import { deliveries } from "./deliveries";
import { DeliveriesBody } from "./deliveries-body";
import { DeliveryDetail } from "./delivery-detail";
import { FilterBar } from "./filter-bar";
import { StatusRegion } from "./status-region";
import { filterOf, type Terms } from "./terms";
import { useDeliveriesUrl } from "./use-deliveries-url";
import { useRejectedCount } from "./use-rejected-count";
import { ViewTabs } from "./view-tabs";

/** The live list, and the open delivery beside it. `firstRun` replaces both until the first delivery has arrived. */
export function DeliveriesPage({ firstRun }: { firstRun: ReactNode }) {
  const url = useDeliveriesUrl();
  const view = useSyncExternalStore(deliveries.subscribe, deliveries.view);
  const unknown = useFilter(url.terms);
  const rejected = useRejectedCount(view.filter.endpoint);
  const narrow = useNarrow();
  const filtered = Object.keys(url.terms).length > 0;
  const nothingYet = !filtered && view.phase === "ready" && view.count + view.pending === 0 && view.below === "nothing";
  // There is nothing to filter where nothing came yet, or that is not known yet.
  const bare = nothingYet || (!filtered && !view.started);
  const pause = () => deliveries.setPaused(!view.paused);
  useKeys({ space: { label: view.paused ? "Go on" : "Pause", run: pause } }, { group: "Deliveries", when: !bare });
  useKeys({ escape: { label: "Close", run: url.close } }, { group: "Delivery", when: url.id !== undefined });

  const filterBar = <FilterBar terms={url.terms} onTerm={url.setTerm} />;
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col">
      <PageHeader title="Deliveries">
        <LiveLabel />
        {!bare && !narrow && filterBar}
      </PageHeader>
      <LostBanner />
      <StatusRegion />
      {!bare && narrow && <div className="flex shrink-0 bg-surface px-3 pt-2">{filterBar}</div>}
      {!bare && (
        <ViewTabs
          verdict={url.terms.verdict}
          onVerdict={(verdict) => url.setTerm("verdict", verdict)}
          rejected={rejected}
          paused={view.paused}
          onPause={pause}
        />
      )}
      <div className="flex min-h-0 flex-1">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface">
          {nothingYet ? (
            firstRun
          ) : (
            <DeliveriesBody
              store={deliveries}
              unknown={unknown}
              selected={url.id}
              onOpen={url.open}
              onCopyLink={(id) => void copyLink(url.link(id))}
              onClear={url.clearTerms}
            />
          )}
        </div>
        {url.id && <DeliveryDetail id={url.id} tab={url.tab} onTab={url.setTab} onClose={url.close} />}
      </div>
    </div>
  );
}

/** Has the store show what the address asks for; returns what is wrong with that. */
function useFilter(terms: Terms): string | undefined {
  const endpoints = useEndpoints().data;
  const meant = terms.endpoint && !endpoints ? undefined : filterOf(terms, endpoints ?? []);
  const unknown = meant && "unknown" in meant ? meant.unknown : undefined;
  useEffect(function showWhatIsMeant() {
    if (meant && !("unknown" in meant)) deliveries.show(meant);
  });
  return unknown;
}

async function copyLink(link: string) {
  if (await copyText(link)) toast({ title: "Copied a link to this delivery" });
  else toast({ title: "Your browser did not allow copying", text: link, tone: "bad" });
}
