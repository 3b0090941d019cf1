// The body of the deliveries screen: the list, or the state that replaces it, such as loading or nothing found.

import { useSyncExternalStore } from "react";
import { useNarrow } from "../../lib/narrow";
import { Button } from "../../ui/button";
import { Empty } from "../../ui/empty";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { DeliveryList } from "./delivery-list";
import type { DeliveryStore } from "./delivery-store";

/** One line, or two on a phone. */
const rowHeights = { wide: 32, narrow: 56 };

interface DeliveriesBodyProps {
  store: DeliveryStore;
  /** What is wrong with the filter. */
  unknown: string | undefined;
  selected: string | undefined;
  onOpen: (id: string) => void;
  onCopyLink: (id: string) => void;
  onClear: () => void;
}

/** The list, or what replaces it: loading, an error, no match. */
export function DeliveriesBody({ store, unknown, selected, onOpen, onCopyLink, onClear }: DeliveriesBodyProps) {
  const { phase, error, count, pending, below } = useSyncExternalStore(store.subscribe, store.view);
  const rowHeight = useNarrow() ? rowHeights.narrow : rowHeights.wide;
  const clear = <Button onClick={onClear}>Show all deliveries</Button>;
  if (unknown) {
    return (
      <Empty title="Nothing matches this filter" text={unknown}>
        {clear}
      </Empty>
    );
  }
  if (phase === "loading") return <Skeleton what="deliveries" rows={16} />;
  if (phase === "failed") {
    return <ErrorNote title="Could not load the deliveries" error={error} onRetry={() => store.reload()} />;
  }
  if (count + pending === 0 && below === "nothing") {
    return (
      <Empty title="Nothing matches this filter" text="Whatever arrives and matches appears here at once.">
        {clear}
      </Empty>
    );
  }
  return (
    <DeliveryList
      key={rowHeight}
      rowHeight={rowHeight}
      store={store}
      selected={selected}
      onOpen={onOpen}
      onCopyLink={onCopyLink}
    />
  );
}
