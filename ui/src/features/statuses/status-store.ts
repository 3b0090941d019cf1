// The list of statuses without React: pages, live updates, merged statuses.

import type { Status, StatusFilter, Tone } from "../../entities/status/status";
import type { Update } from "../../lib/live/frame";
import { type ListDeps, type ListPage, LiveListStore } from "../../lib/live-list-store";
import { matches } from "./filter";

/** What the list of statuses needs beyond what every list does. */
export interface StatusListDeps extends ListDeps<StatusFilter, ListPage<Status>> {
  /** Runs once, later. */
  after(ms: number, run: () => void): void;
  /** The payments and orders that an order or reference lists. */
  fetchMembers(id: string): Promise<readonly Status[]>;
}

/** Rows that are kept at most. */
export const capacity = 20_000;
/** So long after a change the server is asked which statuses match the searched words. */
const searchMs = 500;

/** A row. Its status changes in place; a row that is `leaving` goes once the list is not held. */
interface Row {
  status: Status;
  leaving: boolean;
}

/**
 * The statuses of one filter, the one that changed last first. An update changes a status in its row; a status without
 * a row comes on top. Two statuses that turn out to be one share a row. What no longer matches the filter leaves, and
 * so does a payment once an order lists it: the order's row stands for both.
 *
 * An order can be unfolded. Then rows for its payments stand below it, whatever the filter says, and are kept up to
 * date as well.
 */
export class StatusStore extends LiveListStore<Status, StatusFilter> {
  readonly #after: StatusListDeps["after"];
  readonly #fetchMembers: StatusListDeps["fetchMembers"];
  /** The tones of states, from the statuses seen. An endpoint may have states of its own. */
  readonly #tones = new Map<string, Tone>();
  #rows: Row[] = [];
  /** Rows that wait above, newest last. */
  #pending: Row[] = [];
  /** Shown and pending rows, by the status's id. */
  readonly #byId = new Map<string, Row>();
  #searching = false;
  /** Members of the unfolded orders, by the order's id; empty until they are loaded. */
  readonly #unfolded = new Map<string, readonly Status[]>();
  /** All rows including those of members, if an order is unfolded; undefined when it has to be computed again. */
  #lines: readonly Status[] | undefined;

  constructor(deps: StatusListDeps) {
    super(deps, {});
    this.#after = deps.after;
    this.#fetchMembers = deps.fetchMembers;
  }

  row(index: number): Status | undefined {
    return this.#unfolded.size === 0 ? this.#rows[index]?.status : this.#withMembers()[index];
  }

  /** Whether the payments of an order stand below it. */
  isUnfolded(id: string): boolean {
    return this.#unfolded.has(id);
  }

  /** Whether a row stands below its order, as one of its payments. A search also finds payments by themselves. */
  isMember({ id, parent }: Status): boolean {
    return parent !== undefined && this.#unfolded.has(parent) && !this.#byId.has(id);
  }

  /** Shows the payments of an order below it. They are loaded the first time. */
  unfold(id: string) {
    if (this.#unfolded.has(id)) return;
    this.#unfolded.set(id, []);
    this.changed();
    this.#loadMembers(id);
  }

  /** Hides the payments of an order. */
  fold(id: string) {
    if (this.#unfolded.delete(id)) this.changed();
  }

  /** The tone of a state, where a status in it was seen. */
  tone(state: string): Tone | undefined {
    return this.#tones.get(state);
  }

  /** Shows the statuses among the updates. */
  applyUpdates(updates: readonly Update[]) {
    const statuses = updates.flatMap((update) => (update.kind === "status" ? [update.status] : []));
    this.receive(statuses, updates.length);
  }

  protected override changed() {
    this.#lines = undefined;
    super.changed();
  }

  protected clear() {
    this.#rows = [];
    this.#pending = [];
    this.#byId.clear();
  }

  protected append(older: readonly Status[]) {
    for (const status of older) if (!this.#byId.has(status.id)) this.#rows.push(this.#newRow(status));
  }

  /** While someone reads, a page moves no row: what is new waits above, and the order is put right later. */
  protected override replace(page: ListPage<Status>) {
    for (const order of this.#unfolded.keys()) this.#loadMembers(order);
    if (!this.held || this.phase !== "ready") return super.replace(page);
    for (const status of page.items.toReversed()) {
      if (this.#byId.has(status.id)) this.put(status);
      else this.#pending.push(this.#newRow(status));
    }
    this.outdated = true;
  }

  protected put(status: Status) {
    this.#tones.set(status.state, status.tone);
    this.#putMember(status);
    const row = this.#findRow(status);
    const fits = matches(this.filter, status);
    if (row) {
      if (row.status.id === status.id && row.status.seq > status.seq) return;
      row.status = status;
      row.leaving = !fits;
    } else if (!fits) return;
    else if (this.filter.q) this.#searchLater();
    else if (this.#pending.length < capacity) this.#pending.push(this.#newRow(status));
    else this.outdated = true;
  }

  /** Changes the row of a member of an unfolded order, or adds one. */
  #putMember(status: Status) {
    if (this.#unfolded.size === 0) return;
    for (const old of status.merged ?? []) {
      const members = this.#unfolded.get(old);
      if (!members) continue;
      this.#unfolded.delete(old);
      this.#unfolded.set(status.id, [...members, ...(this.#unfolded.get(status.id) ?? [])]);
    }
    const ids = new Set([status.id, ...(status.merged ?? [])]);
    for (const [order, members] of this.#unfolded) {
      const belongs = status.parent === order;
      const known = members.find(({ id }) => ids.has(id));
      if (known?.id === status.id && known.seq > status.seq) continue;
      if (!known && !belongs) continue;
      const others = members.filter((one) => one === known || !ids.has(one.id));
      const next = others.flatMap((one) => (one === known ? (belongs ? [status] : []) : [one]));
      this.#unfolded.set(order, known ? next : [status, ...others]);
    }
  }

  #loadMembers(order: string) {
    this.#fetchMembers(order).then(
      (members) => this.#setMembers(order, members),
      () => this.fold(order), // the pane of the order says what is wrong
    );
  }

  #setMembers(order: string, loaded: readonly Status[]) {
    const earlier = this.#unfolded.get(order);
    if (!earlier) return; // it was folded meanwhile
    // An update that arrived while they were loaded is newer than what was loaded.
    const newer = new Map(earlier.map((one) => [one.id, one]));
    const joined = loaded.map((one) => {
      const other = newer.get(one.id);
      newer.delete(one.id);
      return other && other.seq >= one.seq ? other : one;
    });
    this.#unfolded.set(order, [...newer.values(), ...joined]);
    this.changed();
  }

  /** The rows with those of members below their orders. A member that has a row already gets no second one. */
  #withMembers(): readonly Status[] {
    if (this.#lines) return this.#lines;
    const listed = new Set(this.#rows.map(({ status }) => status.id));
    this.#lines = this.#rows.flatMap(({ status }) => [
      status,
      ...(this.#unfolded.get(status.id) ?? []).filter(({ id }) => !listed.has(id) && listed.add(id)),
    ]);
    return this.#lines;
  }

  #newRow(status: Status): Row {
    const row = { status, leaving: false };
    this.#byId.set(status.id, row);
    this.#tones.set(status.state, status.tone);
    return row;
  }

  /** The one row of a status and of those merged into it; undefined where none has one. */
  #findRow({ id, merged }: Status): Row | undefined {
    let row = this.#byId.get(id);
    for (const old of merged ?? []) {
      const other = this.#byId.get(old);
      if (!other || other === row) continue;
      this.#byId.delete(old);
      if (row) other.leaving = true;
      else {
        row = other;
        this.#byId.set(id, row);
      }
    }
    return row;
  }

  protected settle() {
    this.#rows = [...this.#pending.reverse(), ...this.#rows].filter(({ leaving }) => !leaving);
    this.#pending = [];
    for (const [id, { leaving }] of this.#byId) if (leaving) this.#byId.delete(id);
    if (this.#rows.length <= capacity) return;
    for (const { status } of this.#rows.splice(capacity)) this.#byId.delete(status.id);
    this.truncated = true;
  }

  /** Only the server knows whether a new status matches words, so the page is loaded again. */
  #searchLater() {
    if (this.#searching) return;
    this.#searching = true;
    this.#after(searchMs, () => {
      this.#searching = false;
      if (this.load && this.filter.q) this.reload();
    });
  }

  protected extent() {
    const pending = this.#pending.filter(({ leaving }) => !leaving).length;
    const count = this.#unfolded.size === 0 ? this.#rows.length : this.#withMembers().length;
    return { count, pending, full: this.#rows.length >= capacity };
  }

  protected snapshot() {
    return this.baseSnapshot();
  }
}
