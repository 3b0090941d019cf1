import { useVirtualizer } from "@tanstack/react-virtual";
import { type MouseEvent, type ReactNode, type UIEvent, useEffect, useRef, useSyncExternalStore } from "react";
import type { ListSource, ListWords } from "../../lib/list-source";
import { ListEnd } from "./list-end";
import { NewPill } from "./new-pill";
import { useActiveRow } from "./use-active-row";
import { useListKeys } from "./use-list-keys";

/** How a row stands in the list. */
export interface RowPlace {
  /** From 1 at the top of the list. */
  index: number;
  /** It is open beside the list. */
  selected: boolean;
  /** It is where the keys are. */
  active: boolean;
  /** It came a moment ago. */
  isNew: boolean;
}

interface LiveListProps<Item extends { id: string }> {
  source: ListSource<Item>;
  words: ListWords;
  /** Pixels; the same for as long as the list stands. */
  rowHeight: number;
  selected: string | undefined;
  onOpen: (id: string) => void;
  onCopyLink: (id: string) => void;
  /** Draws one, as an element of role `row` whose id is `row-` and the item's. */
  children: (item: Item, place: RowPlace) => ReactNode;
}

/** So many rows above the end, the next page is asked for. */
const ahead = 150;
/** So far from the top counts as being at the top. */
const nearTop = 8;

/**
 * A list of any length, as many of its rows as can be seen. Away from the top they stand still, and what is new waits
 * above.
 */
export function LiveList<Item extends { id: string }>(props: LiveListProps<Item>) {
  const { source, words, rowHeight, selected, onOpen, onCopyLink, children } = props;
  const view = useSyncExternalStore(source.subscribe, source.view);
  const scroller = useRef<HTMLDivElement>(null);
  const active = useActiveRow(source, selected);
  const virtual = useVirtualizer({
    count: view.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    useFlushSync: false,
  });
  const rows = virtual.getVirtualItems();
  useOlder(source, rows.at(-1)?.index);
  useEffect(
    function startAtTop() {
      source.setScrolledAway(false);
      return () => source.setScrolledAway(false);
    },
    [source],
  );
  useListKeys({
    source,
    words,
    active,
    firstVisible: () => Math.ceil((scroller.current?.scrollTop ?? 0) / rowHeight),
    scrollTo: (index) => virtual.scrollToIndex(index),
    selected,
    onOpen,
    onCopyLink,
  });
  const scrolled = ({ currentTarget }: UIEvent) => source.setScrolledAway(currentTarget.scrollTop > nearTop);
  const showNew = () => {
    if (scroller.current) scroller.current.scrollTop = 0;
    source.setScrolledAway(false);
    source.showNew();
  };

  return (
    <div className="relative flex min-h-0 min-w-0 flex-1 flex-col bg-surface">
      {view.pending > 0 && <NewPill count={view.pending} onPress={showNew} />}
      {/* biome-ignore lint/a11y/useSemanticElements: a table's rows cannot be placed where they are seen */}
      <div
        ref={scroller}
        role="grid"
        aria-label={words.label}
        aria-rowcount={view.count}
        aria-readonly="true"
        onScroll={scrolled}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain [overflow-anchor:none] [contain:strict]"
      >
        <div role="presentation" style={{ height: virtual.getTotalSize() }} className="relative">
          <Rows
            source={source}
            indexes={rows.map(({ index }) => index)}
            top={rows[0]?.start ?? 0}
            selected={selected}
            active={active.id}
            onOpen={onOpen}
            draw={children}
          />
        </div>
        <ListEnd below={view.below} count={view.count} many={words.many} onRetry={() => void source.loadOlder()} />
      </div>
    </div>
  );
}

/** Has what is older loaded before one gets there. `last` is the last row that is drawn. */
function useOlder<Item extends { id: string }>(source: ListSource<Item>, last: number | undefined) {
  const view = useSyncExternalStore(source.subscribe, source.view);
  const near = view.count === 0 || (last !== undefined && last > view.count - ahead);
  useEffect(
    function loadAhead() {
      if (near && view.below === "more") void source.loadOlder();
    },
    [source, view, near],
  );
}

interface RowsProps<Item extends { id: string }> {
  source: ListSource<Item>;
  indexes: number[];
  top: number;
  selected: string | undefined;
  active: string | undefined;
  onOpen: (id: string) => void;
  draw: (item: Item, place: RowPlace) => ReactNode;
}

function Rows<Item extends { id: string }>({ source, indexes, top, selected, active, onOpen, draw }: RowsProps<Item>) {
  const rows = indexes.flatMap((index) => {
    const item = source.row(index);
    return item ? [{ index, item }] : [];
  });
  const tabStop = rows.find(({ item }) => item.id === active) ?? rows[0];
  const open = ({ target }: MouseEvent) => {
    const row = target instanceof Element && target.closest("[role=row]");
    if (row) onOpen(row.id.replace("row-", ""));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: as the grid
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has keys for all of its rows
    <div role="rowgroup" style={{ transform: `translateY(${top}px)` }} onClick={open}>
      {rows.map(({ index, item }) =>
        draw(item, {
          index: index + 1,
          selected: item.id === selected,
          active: index === tabStop?.index,
          isNew: source.isNew(item),
        }),
      )}
    </div>
  );
}
