import { useKeys } from "../../lib/keys";
import type { DeliveryStore } from "./delivery-store";
import type { ActiveRow } from "./use-active-row";

interface ListKeys {
  store: DeliveryStore;
  active: ActiveRow;
  /** The first row that can be seen whole: where the keys begin. */
  firstVisible: () => number;
  scrollTo: (index: number) => void;
  selected: string | undefined;
  onOpen: (id: string) => void;
  onCopyLink: (id: string) => void;
}

/** Has keys walk through the list. Where a delivery is open, the next one is opened in its place. */
export function useListKeys({ store, active, firstVisible, scrollTo, selected, onOpen, onCopyLink }: ListKeys) {
  const move = (by: number) => {
    const index = active.index();
    const next = index < 0 ? firstVisible() : Math.min(Math.max(index + by, 0), store.view().count - 1);
    const delivery = store.row(next);
    if (!delivery) return;
    active.set(delivery.id);
    scrollTo(next);
    if (selected !== undefined) onOpen(delivery.id);
    requestAnimationFrame(() => document.getElementById(`row-${delivery.id}`)?.focus({ preventScroll: true }));
  };
  const withActive = (run: (id: string) => void) => () => active.id !== undefined && run(active.id);
  const down = () => move(1);
  const up = () => move(-1);
  useKeys(
    {
      j: { label: "Next delivery", run: down },
      k: { label: "Previous delivery", run: up },
      arrowdown: { run: down },
      arrowup: { run: up },
      enter: { label: "Open", run: withActive(onOpen) },
      ...(selected === undefined && { y: { label: "Copy link", run: withActive(onCopyLink) } }),
    },
    { group: "Deliveries" },
  );
}
