// The body of the statuses screen: the list, or the state that replaces it.

import { type ReactNode, useCallback, useSyncExternalStore } from "react";
import { useEndpointNames } from "../../entities/endpoint/queries";
import { useKeys } from "../../lib/keys";
import { useNarrow } from "../../lib/narrow";
import { Button } from "../../ui/button";
import { Empty } from "../../ui/empty";
import { ErrorNote } from "../../ui/error-note";
import { LiveList } from "../../ui/live-list/live-list";
import { Skeleton } from "../../ui/skeleton";
import { canUnfold, StatusRow } from "./status-row";
import type { StatusStore } from "./status-store";

/** One line, or two on a phone. */
const rowHeights = { wide: 32, narrow: 56 };
const words = { label: "Statuses", one: "status", many: "statuses" };

interface StatusesBodyProps {
  store: StatusStore;
  /** What is wrong with the filter. */
  unknown: string | undefined;
  filtered: boolean;
  /** The id of the row that is open. */
  selected: string | undefined;
  onOpen: (id: string) => void;
  onCopyLink: (id: string) => void;
  onClear: () => void;
  /** Stands in place of the list while there is no status at all. */
  empty: ReactNode;
}

/**
 * The list, or what replaces it: loading, an error, no match, no status yet. The page owns the URL and passes what to
 * do, so that this part can be read as one decision after the other.
 */
export function StatusesBody(props: StatusesBodyProps) {
  const { store, unknown, filtered, selected, onOpen, onCopyLink, onClear, empty } = props;
  const { phase, error, count, pending, below } = useSyncExternalStore(store.subscribe, store.view);
  const nameOf = useEndpointNames();
  const fold = useCallback((id: string, unfold: boolean) => (unfold ? store.unfold(id) : store.fold(id)), [store]);
  useFoldKeys(store);
  const rowHeight = useNarrow() ? rowHeights.narrow : rowHeights.wide;
  if (!unknown && phase === "loading") return <Skeleton what="statuses" rows={16} />;
  if (!unknown && phase === "failed") {
    return <ErrorNote title="Could not load the statuses" error={error} onRetry={() => store.reload()} />;
  }
  if (unknown || (count + pending === 0 && below === "nothing")) {
    if (!unknown && !filtered) return empty;
    return (
      <Empty title="Nothing matches this filter" text={unknown ?? "New matches appear here as they arrive."}>
        <Button onClick={onClear}>Show all statuses</Button>
      </Empty>
    );
  }
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      <LiveList
        key={rowHeight}
        source={store}
        words={words}
        rowHeight={rowHeight}
        selected={selected}
        onOpen={onOpen}
        onCopyLink={onCopyLink}
      >
        {(status, place) => (
          <StatusRow
            key={status.id}
            status={status}
            endpoint={nameOf(status.endpoint)}
            unfolded={store.isUnfolded(status.id)}
            onFold={fold}
            member={store.isMember(status)}
            {...place}
          />
        )}
      </LiveList>
    </div>
  );
}

/** Has the arrow keys show and hide the payments of the row that has the focus. */
function useFoldKeys(store: StatusStore) {
  const fold = (unfold: boolean) => () => {
    const id = document.activeElement?.closest("[role=row]")?.id.replace("row-", "");
    const status = id === undefined ? undefined : rowsOf(store).find((one) => one.id === id);
    if (!status) return;
    if (unfold && canUnfold(status)) store.unfold(status.id);
    if (!unfold) store.fold(status.parent ?? status.id);
  };
  useKeys(
    {
      arrowright: { label: "Show payments", run: fold(true) },
      arrowleft: { label: "Hide payments", run: fold(false) },
    },
    { group: words.label },
  );
}

const rowsOf = (store: StatusStore) =>
  Array.from({ length: store.view().count }, (_, i) => store.row(i)).filter((row) => row !== undefined);
