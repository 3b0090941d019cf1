import { expect, it } from "vitest";
import type { Delivery } from "../../lib/api";
import { settle } from "../../lib/live/testing/fake-clock";
import { delivery } from "../../lib/live/testing/fake-server";
import { Ring } from "../../lib/ring";
import { type DeliveryPage, DeliveryStore } from "./delivery-store";
import { RowDeduper } from "./row-deduper";

const verified = (seq: number, event: string, change: Partial<Delivery> = {}): Delivery => ({
  ...delivery(seq),
  verdict: "verified",
  event,
  ...change,
});
const rejected = (seq: number): Delivery => ({ ...delivery(seq), verdict: "rejected", event: "evt_1" });

/** A store that shows a first page. */
async function showing(page: Delivery[], next?: string) {
  const older: ((page: Delivery[]) => void)[] = [];
  let first = true;
  const store = new DeliveryStore({
    fetchPage: () => {
      if (!first)
        return new Promise<DeliveryPage>((r) => older.push((items) => r({ items, next: undefined, cursor: "" })));
      first = false;
      return Promise.resolve({ items: page, next, cursor: "c" });
    },
    nextFrame: (run) => run(),
    now: () => 0,
  });
  store.show({});
  await settle();
  const seqs = () => Array.from({ length: store.view().count }, (_, i) => store.row(i)?.seq);
  const applyUpdates = (...all: Delivery[]) =>
    store.applyUpdates(all.map((d) => ({ kind: "delivery", seq: d.seq, delivery: d })));
  return { store, seqs, applyUpdates, older };
}

it("shows a repeat in place of the try before it", async () => {
  const { seqs, applyUpdates } = await showing([delivery(3), verified(2, "evt_1"), delivery(1)]);
  applyUpdates(verified(4, "evt_1", { redelivery: 1, duplicate_of: 2 }));
  expect(seqs()).toEqual([4, 3, 1]);
  applyUpdates(verified(5, "evt_2"), verified(6, "evt_1", { redelivery: 2, duplicate_of: 2 }));
  expect(seqs()).toEqual([6, 5, 3, 1]);
});

it("knows events by their endpoint, and only genuine ones", async () => {
  const { seqs, applyUpdates } = await showing([verified(2, "evt_1"), rejected(1)]);
  applyUpdates(verified(3, "evt_1", { endpoint: "ep_2" }), { ...rejected(4), event: "evt_1" });
  expect(seqs()).toEqual([4, 3, 2, 1]);
});

it("shows what was released in place of what was rejected", async () => {
  const { seqs, applyUpdates } = await showing([rejected(2), rejected(1)]);
  applyUpdates(verified(3, "evt_1", { release_of: 1 }));
  expect(seqs()).toEqual([3, 2]);
});

it("folds what one page holds, and what an older one brings", async () => {
  const page = [verified(9, "evt_1", { release_of: 5 }), verified(8, "evt_2"), verified(7, "evt_2")];
  const { store, seqs, older } = await showing(page, "n");
  expect(seqs()).toEqual([9, 8]);
  void store.loadOlder();
  older[0]?.([verified(6, "evt_2"), rejected(5), verified(4, "evt_1"), delivery(3)]);
  await settle();
  expect(seqs()).toEqual([9, 8, 3]);
});

it("moves nothing under a reader", async () => {
  const { store, seqs, applyUpdates } = await showing([delivery(3), verified(2, "evt_1"), delivery(1)]);
  store.setScrolledAway(true);
  applyUpdates(verified(4, "evt_1", { redelivery: 1 }));
  expect(seqs()).toEqual([3, 2, 1]);
  store.setScrolledAway(false);
  expect(seqs()).toEqual([4, 3, 1]);
});

it("stays quick with 50,000 rows and a storm of repeats", () => {
  const ring = new Ring<Delivery>(65_536);
  const deduper = new RowDeduper();
  let moved = 0;
  for (let seq = 1; seq <= 60_000; seq++) {
    const one = verified(seq, `evt_${seq % 1000}`);
    ring.push(one);
    deduper.above(one);
    deduper.settle(ring);
    moved = Math.max(moved, ring.length);
  }
  expect(moved).toBe(1000);
});
