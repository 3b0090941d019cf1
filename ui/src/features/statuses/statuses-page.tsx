// The statuses screen: filter, list, and the open status beside it.

import { useQuery } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { useEndpoints } from "../../entities/endpoint/queries";
import { statusQuery } from "../../entities/status/queries";
import { copyText } from "../../lib/clipboard";
import { useKeys } from "../../lib/keys";
import { useNarrow } from "../../lib/narrow";
import { LiveLabel } from "../../ui/live-label";
import { LostBanner } from "../../ui/lost-banner";
import { PageHeader } from "../../ui/page-header";
import { toast } from "../../ui/toast";
import { FirstStatus } from "./first-status";
import { SearchBox } from "./search-box";
import { StatusFilterBar } from "./status-filter-bar";
import { StatusPane } from "./status-pane";
import { statuses } from "./statuses";
import { StatusesBody } from "./statuses-body";
import { filterOf, type StatusTerms, useStatusesUrl } from "./use-statuses-url";

/**
 * The live list of statuses, and the open one beside it. The URL is the state of the screen: filter, open status and
 * tab are read from it at each render and changed by going to another one, so a copied address shows a colleague the
 * same.
 */
export function StatusesPage() {
  const url = useStatusesUrl();
  const { filter, unknown } = useFilter(url.terms);
  useEffect(function closeTheListAfterwards() {
    return () => statuses.close();
  }, []);
  const narrow = useNarrow();
  // A link may have an id of before the status was merged into another one.
  const open = useQuery({ ...statusQuery(url.id ?? ""), enabled: url.id !== undefined });
  useKeys({ escape: { label: "Close", run: url.close } }, { group: "Status", when: url.id !== undefined });

  const search = <SearchBox words={url.terms.q ?? ""} onWords={(words) => url.setTerm("q", words)} />;
  const { kind, endpoint, mode } = filter ?? {};
  const filtered = Object.keys(url.terms).length > 0;
  const view = useSyncExternalStore(statuses.subscribe, statuses.view);
  // Without any status there is nothing to filter.
  const bare = !filtered && view.phase === "ready" && view.count + view.pending === 0 && view.below === "nothing";
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col">
      <PageHeader title="Statuses">
        <LiveLabel />
        {!bare && !narrow && search}
      </PageHeader>
      <LostBanner />
      {!bare && narrow && <div className="flex shrink-0 bg-surface px-3 pt-2">{search}</div>}
      {!bare && (
        <StatusFilterBar
          terms={url.terms}
          filter={{ ...(kind && { kind }), ...(endpoint && { endpoint }), ...(mode && { mode }) }}
          onTerm={url.setTerm}
        />
      )}
      <div className="flex min-h-0 flex-1">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface">
          <StatusesBody
            store={statuses}
            unknown={unknown}
            filtered={filtered}
            selected={url.id && (open.data?.id ?? url.id)}
            onOpen={url.open}
            onCopyLink={(id) => void copyLink(url.link(id))}
            onClear={url.clearTerms}
            empty={<FirstStatus />}
          />
        </div>
        {url.id && <StatusPane id={url.id} tab={url.tab} onTab={url.setTab} onClose={url.close} />}
      </div>
    </div>
  );
}

/** Has the store show what the URL asks for; `unknown` says what is wrong with it. */
function useFilter(terms: StatusTerms) {
  const endpoints = useEndpoints().data;
  const meant = terms.endpoint && !endpoints ? undefined : filterOf(terms, endpoints ?? []);
  const unknown = meant && "unknown" in meant ? meant.unknown : undefined;
  const filter = meant && !("unknown" in meant) ? meant : undefined;
  useEffect(function showWhatIsMeant() {
    if (filter) statuses.show(filter);
  });
  return { filter, unknown };
}

/** Copies the address of a status beside the list, for somebody with a login. */
async function copyLink(link: string) {
  if (await copyText(link)) toast({ title: "Copied a link to this status, for colleagues" });
  else toast({ title: "Your browser did not allow copying", text: link, tone: "bad" });
}
