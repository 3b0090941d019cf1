import { useRef, useState } from "react";
import type { ListSource } from "../../lib/list-source";

/** Where the keys are in a list: an item, wherever it stands by now. */
export interface ActiveRow {
  id: string | undefined;
  /** Its row, counted from the top of the view; -1 where it is not there. */
  index(): number;
  set(id: string): void;
}

/**
 * Remembers an item by id; what is open comes first. Rows move while new ones come, so it looks near the last place.
 */
export function useActiveRow<Item extends { id: string }>(
  source: ListSource<Item>,
  selected: string | undefined,
): ActiveRow {
  const [id, setId] = useState(selected);
  const last = useRef(0);
  if (selected !== undefined && selected !== id) setId(selected);
  const index = () => {
    const { count } = source.view();
    for (let distance = 0; id !== undefined && distance < count; distance++) {
      for (const at of [last.current + distance, last.current - distance]) {
        if (source.row(at)?.id !== id) continue;
        last.current = at;
        return at;
      }
    }
    return -1;
  };
  return { id, index, set: setId };
}
