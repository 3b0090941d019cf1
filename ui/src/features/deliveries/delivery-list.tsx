import { useVirtualizer } from "@tanstack/react-virtual";
import { type MouseEvent, type UIEvent, useEffect, useRef, useSyncExternalStore } from "react";
import { useEndpoints } from "../../lib/endpoints";
import { DeliveryRow } from "./delivery-row";
import type { DeliveryStore } from "./delivery-store";
import { ListEnd } from "./list-end";
import { NewPill } from "./new-pill";
import { useActiveRow } from "./use-active-row";
import { useListKeys } from "./use-list-keys";

interface DeliveryListProps {
  store: DeliveryStore;
  /** Pixels; the same for as long as the list stands. */
  rowHeight: number;
  selected: string | undefined;
  onOpen: (id: string) => void;
  onCopyLink: (id: string) => void;
}

/** So many rows above the end, the next page is asked for. */
const ahead = 150;
/** So far from the top counts as being at the top. */
const nearTop = 8;

/** The deliveries, as many of them as can be seen. Away from the top they stand still, and what is new waits above. */
export function DeliveryList({ store, rowHeight, selected, onOpen, onCopyLink }: DeliveryListProps) {
  const view = useSyncExternalStore(store.subscribe, store.view);
  const scroller = useRef<HTMLDivElement>(null);
  const active = useActiveRow(store, selected);
  const virtual = useVirtualizer({
    count: view.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    useFlushSync: false,
  });
  const rows = virtual.getVirtualItems();
  useOlder(store, rows.at(-1)?.index);
  useEffect(
    function startAtTop() {
      store.setAway(false);
      return () => store.setAway(false);
    },
    [store],
  );
  useListKeys({
    store,
    active,
    firstVisible: () => Math.ceil((scroller.current?.scrollTop ?? 0) / rowHeight),
    scrollTo: (index) => virtual.scrollToIndex(index),
    selected,
    onOpen,
    onCopyLink,
  });
  const scrolled = ({ currentTarget }: UIEvent) => store.setAway(currentTarget.scrollTop > nearTop);
  const showNew = () => {
    if (scroller.current) scroller.current.scrollTop = 0;
    store.setAway(false);
    store.showNew();
  };

  return (
    <div className="relative flex min-h-0 min-w-0 flex-1 flex-col bg-surface">
      {view.fresh > 0 && <NewPill count={view.fresh} onPress={showNew} />}
      {/* biome-ignore lint/a11y/useSemanticElements: a table's rows cannot be placed where they are seen */}
      <div
        ref={scroller}
        role="grid"
        aria-label="Deliveries"
        aria-rowcount={view.count}
        aria-readonly="true"
        onScroll={scrolled}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain [overflow-anchor:none] [contain:strict]"
      >
        <div role="presentation" style={{ height: virtual.getTotalSize() }} className="relative">
          <Rows
            store={store}
            indexes={rows.map(({ index }) => index)}
            top={rows[0]?.start ?? 0}
            selected={selected}
            active={active.id}
            onOpen={onOpen}
          />
        </div>
        <ListEnd below={view.below} count={view.count} onRetry={() => void store.loadOlder()} />
      </div>
    </div>
  );
}

/** Has what is older loaded before one gets there. `last` is the last row that is drawn. */
function useOlder(store: DeliveryStore, last: number | undefined) {
  const view = useSyncExternalStore(store.subscribe, store.view);
  const near = view.count === 0 || (last !== undefined && last > view.count - ahead);
  useEffect(
    function loadAhead() {
      if (near && view.below === "more") void store.loadOlder();
    },
    [store, view, near],
  );
}

interface RowsProps {
  store: DeliveryStore;
  indexes: number[];
  top: number;
  selected: string | undefined;
  active: string | undefined;
  onOpen: (id: string) => void;
}

function Rows({ store, indexes, top, selected, active, onOpen }: RowsProps) {
  const nameOf = useEndpointNames();
  const rows = indexes.flatMap((index) => {
    const delivery = store.row(index);
    return delivery ? [{ index, delivery }] : [];
  });
  const tabStop = rows.find(({ delivery }) => delivery.id === active) ?? rows[0];
  const open = ({ target }: MouseEvent) => {
    const row = target instanceof Element && target.closest("[role=row]");
    if (row) onOpen(row.id.replace("row-", ""));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: as the grid
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has keys for all of its rows
    <div role="rowgroup" style={{ transform: `translateY(${top}px)` }} onClick={open}>
      {rows.map(({ index, delivery }) => (
        <DeliveryRow
          key={delivery.id}
          delivery={delivery}
          endpoint={nameOf(delivery.endpoint)}
          index={index + 1}
          selected={delivery.id === selected}
          active={index === tabStop?.index}
          isNew={store.isNew(delivery)}
        />
      ))}
    </div>
  );
}

function useEndpointNames(): (id: string) => string {
  const { data } = useEndpoints();
  const names = new Map(data?.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? (data ? "deleted" : "");
}
