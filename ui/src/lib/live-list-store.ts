import type { ListSource, ListView } from "./list-source";

/** One page, newest first. `next` leads to the page below it; undefined where there is none. */
export interface ListPage<Item> {
  items: readonly Item[];
  next: string | undefined;
}

/** A request for one page: the first, or the one that a `next` leads to. */
export interface PageRequest<Filter> {
  filter: Filter;
  before?: string;
  limit: number;
  signal: AbortSignal;
}

/** What a list needs from its surroundings, all of it replaceable in tests. */
export interface ListDeps<Filter, Page> {
  fetchPage(request: PageRequest<Filter>): Promise<Page>;
  /** Runs once, at the next animation frame. */
  nextFrame(run: () => void): void;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A list as it is drawn. There is a new object for each change, at most one in an animation frame. */
export interface LiveListView<Filter> extends ListView {
  filter: Filter;
  phase: "loading" | "failed" | "ready";
  /** The first page of all has come, or failed. */
  started: boolean;
  error: unknown;
}

/** How long an item counts as new. If more than these arrive at once, none does, because nobody could follow. */
const newForMs = 1500;
const newAtOnce = 20;
const firstPage = 200;
const olderPage = 500;
/** So many updates wait for a first page at most. Where more come, the page is asked for anew: it will have them. */
const mostBuffered = 100_000;

/**
 * A list of one filter's items, kept up to date by the live connection. It lives outside React: a screen calls `show`,
 * the live cache hands over what is new, and the list tells its listeners once in an animation frame.
 *
 * The base class loads pages and joins them with updates: what arrives while the first page is on its way is buffered
 * and applied on top of it, so that nothing is lost whichever of the two the server read first. It also knows when the
 * list is held, because someone reads further down. A subclass keeps the rows, and decides what an update does to them.
 */
export abstract class LiveListStore<
  Item extends { id: string },
  Filter extends object,
  Page extends ListPage<Item> = ListPage<Item>,
  View extends LiveListView<Filter> = LiveListView<Filter>,
> implements ListSource<Item>
{
  protected readonly deps: ListDeps<Filter, Page>;
  protected filter: Filter;
  protected phase: View["phase"] = "loading";
  /** Someone reads further down: rows must not move. */
  protected scrolledAway = false;
  /** Rows at the end made way for newer ones, so that the next page no longer joins. */
  protected truncated = false;
  /** The rows lack something, or their order is old. They are loaded again once the list is not held. */
  protected outdated = false;
  /** The latest request for a first page; undefined until the list is first shown, and after `close`. */
  protected load: Promise<Page> | undefined;

  readonly #listeners = new Set<() => void>();
  readonly #arrivals = new WeakMap<Item, number>();
  #started = false;
  #error: unknown;
  #next: string | undefined;
  #below: "more" | "loading" | "failed" = "more";
  #abort = new AbortController();
  #bufferedUpdates: Item[] | undefined;
  #view: View | undefined;
  #announced = false;

  constructor(deps: ListDeps<Filter, Page>, filter: Filter) {
    this.deps = deps;
    this.filter = filter;
  }

  abstract row(index: number): Item | undefined;
  /** Removes all rows. */
  protected abstract clear(): void;
  /** Adds a page's items below the last row. */
  protected abstract append(items: readonly Item[]): void;
  /** Applies one update: a new item, or a change of one that has a row. */
  protected abstract put(item: Item): void;
  /** Shows what was put while the list was held. */
  protected abstract settle(): void;
  /** How many rows are shown, how many wait above them, and whether there is no room for more below. */
  protected abstract extent(): { count: number; pending: number; full: boolean };

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** The list as of the last animation frame. */
  view = (): View => {
    this.#view ??= this.snapshot();
    return this.#view;
  };

  /** Whether a screen shows the list, or has shown it and not closed it. Otherwise nothing is loaded or kept. */
  get opened(): boolean {
    return this.load !== undefined;
  }

  /** Whether an item came by the live connection a moment ago. */
  isNew(item: Item): boolean {
    const at = this.#arrivals.get(item);
    return at !== undefined && this.deps.now() - at < newForMs;
  }

  /** Shows another filter's items, or the same ones again after `close`. */
  show(filter: Filter) {
    const same = sameFilter(filter, this.filter);
    if (same && this.load) return;
    this.filter = filter;
    this.scrolledAway = false;
    if (!same) {
      this.clear();
      this.phase = "loading";
    }
    this.reload();
  }

  /** Ends loading and ignores updates until `show` is called again. */
  close() {
    this.#abort.abort();
    this.load = this.#bufferedUpdates = undefined;
  }

  /** Loads the first page again. The rows stay until it is here. */
  reload() {
    this.beginLoad().catch(() => {}); // the view shows the error
  }

  setScrolledAway(away: boolean) {
    if (away === this.scrolledAway) return;
    this.scrolledAway = away;
    if (!this.held) this.showNew();
  }

  showNew() {
    this.settle();
    if (this.outdated && !this.#bufferedUpdates) this.reload();
    this.changed();
  }

  /** Loads the page below the last row, where there is one and none is on its way. */
  async loadOlder() {
    const before = this.#next;
    if (this.phase !== "ready" || this.#below === "loading" || this.#end() === "no-room" || !before) return;
    this.#below = "loading";
    this.changed();
    const { signal } = this.#abort;
    try {
      const page = await this.deps.fetchPage({ filter: this.filter, before, limit: olderPage, signal });
      if (signal.aborted) return;
      this.#next = page.next;
      this.append(page.items);
      this.#below = "more";
    } catch {
      if (signal.aborted) return;
      this.#below = "failed";
    }
    this.changed();
  }

  /** Whether new rows wait above instead of moving the others. */
  protected get held(): boolean {
    return this.scrolledAway;
  }

  /** Applies items that arrived together. `batch` counts everything that did, items of other lists too. */
  protected receive(items: readonly Item[], batch: number) {
    if (!this.load) return;
    const now = this.deps.now();
    for (const item of items) {
      if (batch <= newAtOnce) this.#arrivals.set(item, now);
      this.#bufferedUpdates?.push(item);
      if (this.phase === "ready") this.put(item);
    }
    if ((this.#bufferedUpdates?.length ?? 0) > mostBuffered) this.reload();
    if (!this.held) this.settle();
    this.changed();
  }

  protected beginLoad(): Promise<Page> {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#bufferedUpdates = [];
    if (this.#below === "loading") this.#below = "more";
    const load = this.deps.fetchPage({ filter: this.filter, limit: firstPage, signal: this.#abort.signal });
    this.load = load;
    load.then(
      (page) => load === this.load && this.#join(page),
      (error: unknown) => load === this.load && this.#fail(error),
    );
    this.changed();
    return load;
  }

  /** Replaces the rows by a first page. */
  protected replace(page: Page) {
    this.clear();
    this.truncated = this.outdated = false;
    this.#next = page.next;
    this.#below = "more";
    this.append(page.items);
  }

  /** Tells the listeners at the next animation frame. */
  protected changed() {
    if (this.#announced) return;
    this.#announced = true;
    this.deps.nextFrame(() => {
      this.#announced = false;
      this.#view = this.snapshot();
      for (const listener of this.#listeners) listener();
    });
  }

  /** The list as it is now. A subclass adds what its own view has. */
  protected abstract snapshot(): View;

  /** What every list's view has. */
  protected baseSnapshot(): LiveListView<Filter> {
    const { count, pending } = this.extent();
    const { filter, phase } = this;
    return { filter, phase, started: this.#started, error: this.#error, count, pending, below: this.#end() };
  }

  #join(page: Page) {
    const buffered = this.#bufferedUpdates ?? [];
    this.#bufferedUpdates = undefined;
    this.replace(page);
    this.phase = "ready";
    this.#started = true;
    for (const item of buffered) this.put(item);
    if (!this.held) this.settle();
    this.changed();
  }

  #fail(error: unknown) {
    this.#bufferedUpdates = undefined;
    if (this.phase !== "ready") this.phase = "failed";
    this.#started = true;
    this.#error = error;
    this.changed();
  }

  #end(): View["below"] {
    if (this.truncated) return "no-room";
    if (this.#next === undefined) return "nothing";
    return this.extent().full ? "no-room" : this.#below;
  }
}

/** Whether two filters let the same through. They are flat; a term that is absent is as one that is undefined. */
function sameFilter(a: object, b: object): boolean {
  const [left, right] = [a, b] as Record<string, unknown>[];
  return Object.keys({ ...a, ...b }).every((key) => left?.[key] === right?.[key]);
}
