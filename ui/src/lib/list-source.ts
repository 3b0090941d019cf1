/** What a list is like now. */
export interface ListView {
  /** Rows that are shown: `row(0)` to `row(count - 1)`. */
  count: number;
  /** Newer ones that wait above, because someone reads further down. */
  pending: number;
  /** What is below the last row: more to load, nothing more, or no room for more. */
  below: "more" | "loading" | "failed" | "nothing" | "no-room";
}

/** The rows of a list that lives outside React and tells its listeners of changes. `ui/live-list` draws them. */
export interface ListSource<Item extends { id: string }> {
  subscribe(this: void, listener: () => void): () => void;
  view(this: void): ListView;
  row(index: number): Item | undefined;
  /** Whether it came a moment ago. */
  isNew(item: Item): boolean;
  /** Says whether someone reads further down. Then the rows stay where they are, and what is new is counted. */
  setScrolledAway(away: boolean): void;
  /** Puts what is new on top. */
  showNew(): void;
  loadOlder(): Promise<void>;
}

/** What the list's items are called. */
export interface ListWords {
  /** Names the list, and heads its keys: "Deliveries". */
  label: string;
  /** "delivery" */
  one: string;
  /** "deliveries" */
  many: string;
}
