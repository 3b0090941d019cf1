// Decides which rows of the deliveries list are replaced by newer ones of the same event.

import type { Delivery } from "../../lib/api";
import type { Ring } from "../../lib/ring";

/**
 * Keeps the list at one row for each event: a redelivery replaces the deliveries before it, and a released delivery
 * the rejected one. The store tells it of each delivery that is added at the top or the bottom. Rows are removed by
 * `settle`, which the store calls only while the list is not held, because rows must not move under a reader.
 */
export class RowDeduper {
  /** The newest delivery of each event, and of each rejected one that was released, by name. */
  readonly #newest = new Map<string, number>();
  /** Places in the log whose rows are to go, once nobody is disturbed. */
  #waiting: number[] = [];

  clear() {
    this.#newest.clear();
    this.#waiting = [];
  }

  /** Takes note of a newer delivery than all so far. */
  above({ seq, ...delivery }: Delivery) {
    for (const name of names(delivery)) {
      const before = this.#newest.get(name);
      if (before !== undefined) this.#waiting.push(before);
      this.#newest.set(name, seq);
    }
    if (delivery.release_of) this.#waiting.push(delivery.release_of);
    this.#forget();
  }

  /** Whether an older delivery than all so far has a row of its own. */
  below({ seq, ...delivery }: Delivery): boolean {
    const all = names(delivery);
    const own = !all.some((name) => this.#newest.has(name)) && !this.#newest.has(rejected(seq));
    for (const name of all) if (!this.#newest.has(name)) this.#newest.set(name, seq);
    return own;
  }

  /** Takes the rows out that a newer one stands for. */
  settle(ring: Ring<Delivery>) {
    for (const seq of this.#waiting) ring.remove(find(ring, seq));
    this.#waiting = [];
  }

  /** What fell off the list long ago is not remembered for ever. */
  #forget() {
    if (this.#newest.size <= 200_000) return;
    for (const name of [...this.#newest.keys()].slice(0, 100_000)) this.#newest.delete(name);
  }
}

const rejected = (seq: number) => `#${seq}`;

function names({ verdict, event, endpoint, release_of }: Omit<Delivery, "seq">): string[] {
  const all = verdict === "verified" && event ? [`${endpoint} ${event}`] : [];
  return release_of ? [...all, rejected(release_of)] : all;
}

/** Where a place in the log stands in the ring, newest first; -1 where it does not. */
function find(ring: Ring<Delivery>, seq: number): number {
  let from = 0;
  let to = ring.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const at = ring.at(middle)?.seq ?? 0;
    if (at === seq) return middle;
    if (at > seq) from = middle + 1;
    else to = middle;
  }
  return -1;
}
