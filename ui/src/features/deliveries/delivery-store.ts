// The deliveries list without React: pages, live updates, and one row for each event.

import { type Filter, matches } from "../../entities/delivery/filter";
import type { Delivery } from "../../lib/api";
import type { Start } from "../../lib/live/connection";
import type { Update } from "../../lib/live/frame";
import { type ListDeps, type ListPage, LiveListStore, type LiveListView } from "../../lib/live-list-store";
import { Ring } from "../../lib/ring";
import { RowDeduper } from "./row-deduper";

/** One page of the log. `cursor` is where the log stood when the page was read. */
export interface DeliveryPage extends ListPage<Delivery> {
  cursor: string;
}

/** The list as it is drawn. */
export interface DeliveriesView extends LiveListView<Filter> {
  /** Someone stopped the list; it goes on when they say so. */
  paused: boolean;
}

/** Rows that are kept at most. */
export const capacity = 65_536;

/**
 * The deliveries of one filter, newest first. They never change, so an update is always a new row on top. A row goes
 * when a newer delivery of the same event stands for it. The first page also says where the live connection goes on.
 */
export class DeliveryStore extends LiveListStore<Delivery, Filter, DeliveryPage, DeliveriesView> {
  readonly #deduper = new RowDeduper();
  #ring = new Ring<Delivery>(capacity);
  #paused = false;
  /** Rows at the top of the ring that wait, because the list is held. */
  #pending = 0;
  /** New ones that found no room while the list was held. */
  #missed = 0;

  constructor(deps: ListDeps<Filter, DeliveryPage>) {
    super(deps, {});
  }

  row(index: number): Delivery | undefined {
    return this.#ring.at(this.#pending + index);
  }

  /**
   * Returns where the shown page ended, for the live connection to go on from there. With `renew` the page is loaded
   * again first, because the log may be another one; without it the page that was asked for already is enough.
   */
  async resync(renew = true): Promise<Start> {
    let load = renew || !this.load ? this.beginLoad() : this.load;
    for (;;) {
      const page = await load.catch((error: unknown) => {
        if (load === this.load) throw error;
      });
      if (page && load === this.load) return { cursor: page.cursor, seq: page.items[0]?.seq };
      load = this.load ?? this.beginLoad(); // another filter was chosen meanwhile: its page counts
    }
  }

  /** Shows the deliveries among the updates that match the filter. */
  applyUpdates(updates: readonly Update[]) {
    const matching = updates.flatMap((update) =>
      update.kind === "delivery" && matches(this.filter, update.delivery) ? [update.delivery] : [],
    );
    this.receive(matching, updates.length);
  }

  /** Holds the list for as long as someone likes, wherever they read. */
  setPaused(paused: boolean) {
    this.#paused = paused;
    if (this.held) this.changed();
    else this.showNew();
  }

  protected override get held(): boolean {
    return this.scrolledAway || this.#paused;
  }

  protected clear() {
    this.#ring = new Ring(capacity);
    this.#deduper.clear();
    this.#pending = this.#missed = 0;
  }

  protected append(older: readonly Delivery[]) {
    for (const delivery of older) {
      if (this.#deduper.below(delivery) && !this.#ring.append(delivery)) this.truncated = true;
    }
  }

  protected put(delivery: Delivery) {
    if (delivery.seq <= (this.#ring.at(0)?.seq ?? 0)) return; // the page had it already
    if (this.#ring.full && this.held) {
      this.#missed++; // what someone reads does not make way
      this.outdated = true;
      return;
    }
    if (this.#ring.full) this.truncated = true;
    this.#ring.push(delivery);
    this.#deduper.above(delivery);
    if (this.held) this.#pending++;
  }

  protected settle() {
    this.#pending = 0;
    this.#deduper.settle(this.#ring);
  }

  protected extent() {
    const { length, full } = this.#ring;
    return { count: length - this.#pending, pending: this.#pending + this.#missed, full };
  }

  protected snapshot(): DeliveriesView {
    return { ...this.baseSnapshot(), paused: this.#paused };
  }
}
