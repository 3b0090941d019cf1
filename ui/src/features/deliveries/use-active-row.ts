import { useRef, useState } from "react";
import type { DeliveryStore } from "./delivery-store";

/** Where the keys are in a list: a delivery, wherever it stands by now. */
export interface ActiveRow {
  id: string | undefined;
  /** Its row, counted from the top of the view; -1 where it is not there. */
  index(): number;
  set(id: string): void;
}

/** Remembers a delivery by id; what is open comes first. Rows move while new ones come, so it looks near the last place. */
export function useActiveRow(store: DeliveryStore, selected: string | undefined): ActiveRow {
  const [id, setId] = useState(selected);
  const last = useRef(0);
  if (selected !== undefined && selected !== id) setId(selected);
  const index = () => {
    const { count } = store.view();
    for (let distance = 0; id !== undefined && distance < count; distance++) {
      for (const at of [last.current + distance, last.current - distance]) {
        if (store.row(at)?.id !== id) continue;
        last.current = at;
        return at;
      }
    }
    return -1;
  };
  return { id, index, set: setId };
}
