import { type Filter, matches, sameFilter } from "../../entities/delivery/filter";
import type { Delivery } from "../../lib/api";
import type { Update } from "../../lib/live/frame";
import { Ring } from "../../lib/ring";
import { RowDeduper } from "./row-deduper";

/** One page, newest first. `next` leads to the one before it; `cursor` is where the log stood when it was read. */
export interface Page {
  deliveries: Delivery[];
  next: string | undefined;
  cursor: string;
}

/** How pages are had. */
export interface PageRequest {
  filter: Filter;
  before?: string;
  limit: number;
  signal: AbortSignal;
}

export interface StoreSurroundings {
  fetchPage(request: PageRequest): Promise<Page>;
  /** Runs once, at the next animation frame. */
  nextFrame(run: () => void): void;
  /** Milliseconds since 1970. */
  now(): number;
}

/** What the list is like now. A new object with each change, at most one in an animation frame. */
export interface DeliveriesView {
  filter: Filter;
  phase: "loading" | "failed" | "ready";
  /** The first page of all has come, or failed. */
  started: boolean;
  error: unknown;
  /** Rows that are shown: `row(0)` to `row(count - 1)`. */
  count: number;
  /** Newer ones that wait above, because the view is held. */
  fresh: number;
  /** Someone stopped it; it goes on when they say so. */
  paused: boolean;
  /** What is below the last row: more to load, nothing more, or no room for more. */
  below: "more" | "loading" | "failed" | "nothing" | "no-room";
}

/** Rows that are kept at most. */
export const capacity = 65_536;
/** For so long a row counts as new. Where more than these come at once, none does: nobody could follow. */
const newForMs = 1500;
const newAtOnce = 20;
const firstPage = 200;
const olderPage = 500;

/**
 * The deliveries of one filter, newest first, joined without a seam from pages and from what the live connection tells.
 * It lives outside React and tells of changes once in an animation frame.
 */
export class DeliveryStore {
  readonly #around: StoreSurroundings;
  readonly #listeners = new Set<() => void>();
  readonly #arrivals = new WeakMap<Delivery, number>();
  readonly #deduper = new RowDeduper();
  #ring = new Ring<Delivery>(capacity);
  #filter: Filter = {};
  #phase: DeliveriesView["phase"] = "loading";
  #started = false;
  #error: unknown;
  #next: string | undefined;
  #below: "more" | "loading" | "failed" = "more";
  /** Rows that made way for newer ones are gone, so that `next` no longer joins. */
  #cut = false;
  /** Someone reads further down. */
  #away = false;
  #paused = false;
  #fresh = 0;
  /** New ones that found no room while the view was held. */
  #missed = 0;

  #load: Promise<Page> | undefined;
  #abort = new AbortController();
  /** What the live connection told while the first page was on its way. */
  #meanwhile: Ring<Delivery> | undefined;
  #view: DeliveriesView;
  #announced = false;

  constructor(around: StoreSurroundings) {
    this.#around = around;
    this.#view = this.#look();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** The view of the last animation frame. */
  view = (): DeliveriesView => this.#view;

  /** The delivery in a row of the view. */
  row(index: number): Delivery | undefined {
    return this.#ring.at(this.#fresh + index);
  }

  /** Whether it came by the live connection a moment ago. */
  isNew(delivery: Delivery): boolean {
    const at = this.#arrivals.get(delivery);
    return at !== undefined && this.#around.now() - at < newForMs;
  }

  /** Shows the deliveries of another filter. */
  show(filter: Filter) {
    if (sameFilter(filter, this.#filter) && this.#load) return;
    this.#filter = filter;
    this.#ring = new Ring(capacity);
    this.#deduper.clear();
    this.#phase = "loading";
    this.#away = false;
    this.#fresh = 0;
    this.reload();
  }

  /** Loads the first page again. What is shown stays until it is here. */
  reload() {
    this.#begin().catch(() => {}); // the view says what went wrong
  }

  /** The same for the live connection, which goes on from what comes of it. */
  async resync(): Promise<{ cursor: string; seq: number | undefined }> {
    let load = this.#begin();
    for (;;) {
      const page = await load.catch((error: unknown) => {
        if (load === this.#load) throw error;
      });
      if (page && load === this.#load) return { cursor: page.cursor, seq: page.deliveries[0]?.seq };
      if (this.#load) load = this.#load; // another filter was chosen meanwhile: its page counts
    }
  }

  /** Takes what the live connection tells. */
  take(updates: readonly Update[]) {
    const now = this.#around.now();
    for (const update of updates) {
      if (update.kind !== "delivery" || !matches(this.#filter, update.delivery)) continue;
      this.#meanwhile?.push(update.delivery);
      if (updates.length <= newAtOnce) this.#arrivals.set(update.delivery, now);
      if (this.#phase === "ready") this.#push(update.delivery);
    }
    this.#settle();
    this.#changed();
  }

  /** Says whether someone reads further down. Then the rows stay where they are, and what is new is counted. */
  setAway(away: boolean) {
    if (away === this.#away) return;
    this.#away = away;
    if (!this.#held) this.showNew();
  }

  /** The same for as long as someone likes, wherever they read. */
  setPaused(paused: boolean) {
    this.#paused = paused;
    if (this.#held) this.#changed();
    else this.showNew();
  }

  /** Puts what is new on top, held or not. */
  showNew() {
    this.#fresh = 0;
    this.#deduper.settle(this.#ring);
    if (this.#missed > 0) this.reload();
    this.#changed();
  }

  get #held() {
    return this.#away || this.#paused;
  }

  /** Loads the page below the last row, where there is one and none is on its way. */
  async loadOlder() {
    if (this.#view.below === "nothing" || this.#view.below === "no-room") return;
    if (this.#phase !== "ready" || this.#below === "loading" || !this.#next) return;
    this.#below = "loading";
    this.#changed();
    const { signal } = this.#abort;
    try {
      const before = this.#next;
      const page = await this.#around.fetchPage({ filter: this.#filter, before, limit: olderPage, signal });
      if (signal.aborted) return;
      this.#next = page.next;
      this.#append(page.deliveries);
      this.#below = "more";
    } catch {
      if (signal.aborted) return;
      this.#below = "failed";
    }
    this.#changed();
  }

  #begin(): Promise<Page> {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#meanwhile = new Ring(capacity);
    const { signal } = this.#abort;
    const load = this.#around.fetchPage({ filter: this.#filter, limit: firstPage, signal });
    this.#load = load;
    load.then(
      (page) => load === this.#load && this.#join(page),
      (error: unknown) => load === this.#load && this.#fail(error),
    );
    this.#changed();
    return load;
  }

  #join(page: Page) {
    const meanwhile = this.#meanwhile;
    this.#meanwhile = undefined;
    this.#ring = new Ring(capacity);
    this.#deduper.clear();
    this.#phase = "ready";
    this.#started = true;
    this.#next = page.next;
    this.#below = "more";
    this.#cut = false;
    this.#fresh = this.#missed = 0;
    this.#append(page.deliveries);
    for (let i = (meanwhile?.length ?? 0) - 1; i >= 0; i--) {
      const delivery = meanwhile?.at(i);
      if (delivery) this.#push(delivery);
    }
    this.#settle();
    this.#changed();
  }

  #append(older: readonly Delivery[]) {
    for (const delivery of older) {
      if (this.#deduper.below(delivery) && !this.#ring.append(delivery)) this.#cut = true;
    }
  }

  /** Rows that newer ones stand for go, unless someone reads and the list must not move. */
  #settle() {
    if (!this.#held) this.#deduper.settle(this.#ring);
  }

  #fail(error: unknown) {
    if (this.#phase !== "ready") this.#phase = "failed";
    this.#started = true;
    this.#error = error;
    this.#changed();
  }

  #push(delivery: Delivery) {
    if (delivery.seq <= (this.#ring.at(0)?.seq ?? 0)) return; // the page had it already
    if (this.#ring.full) {
      if (this.#held) {
        this.#missed++; // what someone reads does not make way
        return;
      }
      this.#cut = true;
    }
    this.#ring.push(delivery);
    this.#deduper.above(delivery);
    if (this.#held) this.#fresh++;
  }

  #changed() {
    if (this.#announced) return;
    this.#announced = true;
    this.#around.nextFrame(() => {
      this.#announced = false;
      this.#view = this.#look();
      for (const listener of this.#listeners) listener();
    });
  }

  #look(): DeliveriesView {
    return {
      filter: this.#filter,
      phase: this.#phase,
      started: this.#started,
      error: this.#error,
      count: this.#ring.length - this.#fresh,
      fresh: this.#fresh + this.#missed,
      paused: this.#paused,
      below: this.#lookBelow(),
    };
  }

  #lookBelow(): DeliveriesView["below"] {
    if (this.#cut) return "no-room";
    if (this.#next === undefined) return "nothing";
    return this.#ring.full ? "no-room" : this.#below;
  }
}
