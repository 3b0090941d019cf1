import { useKeys } from "../../lib/keys";
import type { ListSource, ListWords } from "../../lib/list-source";
import type { ActiveRow } from "./use-active-row";

interface ListKeys<Item extends { id: string }> {
  source: ListSource<Item>;
  words: ListWords;
  active: ActiveRow;
  /** The first row that can be seen whole: where the keys begin. */
  firstVisible: () => number;
  scrollTo: (index: number) => void;
  selected: string | undefined;
  onOpen: (id: string) => void;
  onCopyLink: (id: string) => void;
}

/** Has keys walk through the list. Where one is open, the next one is opened in its place. */
export function useListKeys<Item extends { id: string }>(keys: ListKeys<Item>) {
  const { source, words, active, firstVisible, scrollTo, selected, onOpen, onCopyLink } = keys;
  const move = (by: number) => {
    const index = active.index();
    const next = index < 0 ? firstVisible() : Math.min(Math.max(index + by, 0), source.view().count - 1);
    const item = source.row(next);
    if (!item) return;
    active.set(item.id);
    scrollTo(next);
    if (selected !== undefined) onOpen(item.id);
    requestAnimationFrame(() => document.getElementById(`row-${item.id}`)?.focus({ preventScroll: true }));
  };
  const withActive = (run: (id: string) => void) => () => active.id !== undefined && run(active.id);
  const down = () => move(1);
  const up = () => move(-1);
  useKeys(
    {
      j: { label: `Next ${words.one}`, run: down },
      k: { label: `Previous ${words.one}`, run: up },
      arrowdown: { run: down },
      arrowup: { run: up },
      enter: { label: "Open", run: withActive(onOpen) },
      ...(selected === undefined && { y: { label: "Copy link", run: withActive(onCopyLink) } }),
    },
    { group: words.label },
  );
}
