import type { Status, StatusFilter, Tone } from "../../entities/status/status";
import type { ListSource, ListView } from "../../lib/list-source";
import type { Update } from "../../lib/live/frame";
import { matches, sameFilter } from "./filter";

/** One page, what moved last first. `next` leads to the one before it. */
export interface Page {
  statuses: Status[];
  next: string | undefined;
}

/** How pages are had. */
export interface PageRequest {
  filter: StatusFilter;
  before?: string;
  limit: number;
  signal: AbortSignal;
}

export interface StoreSurroundings {
  fetchPage(request: PageRequest): Promise<Page>;
  /** Runs once, at the next animation frame. */
  nextFrame(run: () => void): void;
  after(ms: number, run: () => void): void;
  /** Milliseconds since 1970. */
  now(): number;
}

/** What the list is like now. A new object with each change, at most one in an animation frame. */
export interface StatusesView extends ListView {
  phase: "loading" | "failed" | "ready";
  error: unknown;
}

/** Rows that are kept at most. */
export const capacity = 20_000;
/** For so long a row counts as new. Where more than these come at once, none does: nobody could follow. */
const newForMs = 1500;
const newAtOnce = 20;
const firstPage = 200;
const olderPage = 500;
/** So long after a change the server is asked which ones match the words. */
const askMs = 500;

/** A row's place. What stands there changes, and is no longer wanted once nobody is disturbed. */
interface Slot {
  status: Status;
  leaving: boolean;
}

/**
 * The statuses of one filter: a page, kept true by what the live connection tells. A status that moves changes where it
 * stands; one that is new comes on top. What one reads does not move: while someone is further down, new ones wait.
 */
export class StatusStore implements ListSource<Status> {
  readonly #around: StoreSurroundings;
  readonly #listeners = new Set<() => void>();
  /** How states feel, as those that stand there say. */
  readonly #tones = new Map<string, Tone>();
  readonly #arrivals = new WeakMap<Status, number>();
  #filter: StatusFilter = {};
  #rows: Slot[] = [];
  /** Those that wait above, newest last. */
  #fresh: Slot[] = [];
  /** Where each stands, by id. */
  readonly #slots = new Map<string, Slot>();
  #phase: StatusesView["phase"] = "loading";
  #error: unknown;
  #next: string | undefined;
  #below: "more" | "loading" | "failed" = "more";
  /** Rows at the end made way, so that `next` no longer joins. */
  #cut = false;
  #away = false;
  /** The order was not looked at since the connection came back. */
  #stale = false;
  #asking = false;

  #load: Promise<Page> | undefined;
  #abort = new AbortController();
  /** What was told while the first page was on its way. */
  #meanwhile: Status[] | undefined;
  #view: StatusesView;
  #announced = false;

  constructor(around: StoreSurroundings) {
    this.#around = around;
    this.#view = this.#look();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  view = (): StatusesView => this.#view;

  row(index: number): Status | undefined {
    return this.#rows[index]?.status;
  }

  isNew(status: Status): boolean {
    const at = this.#arrivals.get(status);
    return at !== undefined && this.#around.now() - at < newForMs;
  }

  /** How a state feels that only its endpoint knows, where one that stands there was seen. */
  tone(state: string): Tone | undefined {
    return this.#tones.get(state);
  }

  /** Shows the statuses of another filter. */
  show(filter: StatusFilter) {
    const same = sameFilter(filter, this.#filter);
    if (same && this.#load) return;
    this.#filter = filter;
    if (!same) {
      this.#clear();
      this.#phase = "loading";
    }
    this.#away = false;
    this.reload();
  }

  /** Nobody looks any more, and nothing is told until `show` is called again. */
  close() {
    this.#abort.abort();
    this.#load = undefined;
    this.#meanwhile = undefined;
  }

  /** Loads the first page again. What is shown stays until it is here. */
  reload() {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#meanwhile = [];
    this.#stale = false;
    if (this.#below === "loading") this.#below = "more";
    const load = this.#around.fetchPage({ filter: this.#filter, limit: firstPage, signal: this.#abort.signal });
    this.#load = load;
    load.then(
      (page) => load === this.#load && this.#join(page),
      (error: unknown) => load === this.#load && this.#fail(error),
    );
    this.#changed();
  }

  /** Takes what the live connection tells. */
  take(updates: readonly Update[]) {
    const now = this.#around.now();
    for (const update of updates) {
      if (update.kind !== "status") continue;
      if (updates.length <= newAtOnce) this.#arrivals.set(update.status, now);
      this.#meanwhile?.push(update.status);
      if (this.#phase === "ready") this.#put(update.status);
    }
    this.#settle();
    this.#changed();
  }

  #clear() {
    this.#rows = [];
    this.#fresh = [];
    this.#slots.clear();
  }

  setAway(away: boolean) {
    if (away === this.#away) return;
    this.#away = away;
    if (!away) this.showNew();
  }

  showNew() {
    this.#settle(true);
    if (this.#stale) this.reload();
    this.#changed();
  }

  /** Loads the page below the last row, where there is one and none is on its way. */
  async loadOlder() {
    if (this.#phase !== "ready" || this.#below === "loading" || this.#lookBelow() === "no-room" || !this.#next) return;
    this.#below = "loading";
    this.#changed();
    const { signal } = this.#abort;
    try {
      const page = await this.#around.fetchPage({ filter: this.#filter, before: this.#next, limit: olderPage, signal });
      if (signal.aborted) return;
      this.#next = page.next;
      this.#append(page.statuses);
      this.#below = "more";
    } catch {
      if (signal.aborted) return;
      this.#below = "failed";
    }
    this.#changed();
  }

  #join(page: Page) {
    const meanwhile = this.#meanwhile ?? [];
    this.#meanwhile = undefined;
    if (this.#away && this.#phase === "ready") this.#refresh(page);
    else {
      this.#clear();
      this.#append(page.statuses);
      this.#next = page.next;
      this.#below = "more";
      this.#cut = false;
    }
    this.#phase = "ready";
    for (const status of meanwhile) this.#put(status);
    this.#settle();
    this.#changed();
  }

  #append(older: readonly Status[]) {
    for (const status of older) if (!this.#slots.has(status.id)) this.#rows.push(this.#slot(status));
  }

  /** Takes a page over without moving a row: what is new waits above, and the order is looked at later. */
  #refresh(page: Page) {
    for (const status of page.statuses.toReversed()) {
      if (this.#slots.has(status.id)) this.#put(status);
      else this.#fresh.push(this.#slot(status));
    }
    this.#stale = true;
  }

  #fail(error: unknown) {
    if (this.#phase !== "ready") this.#phase = "failed";
    this.#meanwhile = undefined;
    this.#error = error;
    this.#changed();
  }

  /** Puts a status where it, or what it turned out to be, stands already; else on top. */
  #put(status: Status) {
    this.#tones.set(status.state, status.tone);
    const slot = this.#unite(status);
    const fits = matches(this.#filter, status);
    if (slot) {
      if (slot.status.id === status.id && slot.status.seq > status.seq) return;
      slot.status = status;
      slot.leaving = !fits;
    } else if (!fits) return;
    else if (this.#filter.q) this.#ask();
    else if (this.#fresh.length < capacity) this.#fresh.push(this.#slot(status));
    else this.#stale = true;
  }

  #slot(status: Status): Slot {
    const slot = { status, leaving: false };
    this.#slots.set(status.id, slot);
    this.#tones.set(status.state, status.tone);
    return slot;
  }

  /** The one place of a status and of those that turned out to be the same; undefined where none has one. */
  #unite({ id, merged }: Status): Slot | undefined {
    let slot = this.#slots.get(id);
    for (const old of merged ?? []) {
      const other = this.#slots.get(old);
      if (!other || other === slot) continue;
      this.#slots.delete(old);
      if (slot) other.leaving = true;
      else {
        slot = other;
        this.#slots.set(id, slot);
      }
    }
    return slot;
  }

  /** What is new comes on top and what is to go goes, unless someone reads and the list must not move. */
  #settle(asked = false) {
    if (this.#away && !asked) return;
    this.#rows = [...this.#fresh.reverse(), ...this.#rows].filter(({ leaving }) => !leaving);
    this.#fresh = [];
    for (const [id, { leaving }] of this.#slots) if (leaving) this.#slots.delete(id);
    if (this.#rows.length <= capacity) return;
    for (const { status } of this.#rows.splice(capacity)) this.#slots.delete(status.id);
    this.#cut = true;
  }

  /** Only the server can tell whether something new matches words. */
  #ask() {
    if (this.#asking) return;
    this.#asking = true;
    this.#around.after(askMs, () => {
      this.#asking = false;
      if (this.#filter.q) this.reload();
    });
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

  #look(): StatusesView {
    return {
      phase: this.#phase,
      error: this.#error,
      count: this.#rows.length,
      fresh: this.#fresh.filter(({ leaving }) => !leaving).length,
      below: this.#lookBelow(),
    };
  }

  #lookBelow(): ListView["below"] {
    if (this.#cut) return "no-room";
    if (this.#next === undefined) return "nothing";
    return this.#rows.length >= capacity ? "no-room" : this.#below;
  }
}
