import { expect, it } from "vitest";
import type { Filter } from "../../entities/delivery/filter";
import type { Delivery } from "../../lib/api";
import type { Update } from "../../lib/live/frame";
import { settle } from "../../lib/live/testing/fake-clock";
import { delivery } from "../../lib/live/testing/fake-server";
import type { PageRequest } from "../../lib/live-list-store";
import { capacity, type DeliveryPage, DeliveryStore } from "./delivery-store";

interface FakeRequest extends PageRequest<Filter> {
  answer(page: Partial<DeliveryPage> & { seqs: number[] }): Promise<void>;
  refuse(): Promise<void>;
}

/** A store whose pages and animation frames come when the test says so. */
function open() {
  const requests: FakeRequest[] = [];
  let frames: Array<() => void> = [];
  let now = 0;
  const store = new DeliveryStore({
    fetchPage: (request) =>
      new Promise((resolve, reject) => {
        requests.push({
          ...request,
          answer({ seqs, next, cursor = "c" }) {
            resolve({ items: seqs.map((seq) => delivery(seq)), next, cursor });
            return settle();
          },
          refuse() {
            reject(new Error("It is down."));
            return settle();
          },
        });
      }),
    nextFrame: (run) => frames.push(run),
    now: () => now,
  });
  let notified = 0;
  store.subscribe(() => notified++);
  const paint = () => {
    const due = frames;
    frames = [];
    for (const run of due) run();
    return store.view();
  };
  return {
    store,
    requests,
    paint,
    last: () => requests.at(-1) as FakeRequest,
    notified: () => notified,
    pass: (ms: number) => {
      now += ms;
    },
    shown() {
      const { count } = paint();
      return Array.from({ length: count }, (_, i) => store.row(i)?.seq);
    },
  };
}

const news = (seqs: number[], change: Partial<Delivery> = {}): Update[] =>
  seqs.map((seq) => ({ kind: "delivery", seq, delivery: { ...delivery(seq), ...change } }));

const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => from - i);

async function ready(seqs: number[], next?: string) {
  const page = open();
  page.store.reload();
  await page.last().answer({ seqs, ...(next && { next }) });
  page.paint();
  return page;
}

it("joins the first page with what was told while it was on its way, without a seam", async () => {
  const { store, last, shown, paint } = open();
  store.reload();
  expect(paint().phase).toBe("loading");
  store.applyUpdates(news([4, 5, 6]));
  await last().answer({ seqs: [5, 4, 3] });
  store.applyUpdates(news([7]));
  expect(shown()).toEqual([7, 6, 5, 4, 3]);
  expect(paint()).toMatchObject({ phase: "ready", below: "nothing" });
});

it("tells of any number of updates once in an animation frame", async () => {
  const { store, paint, notified } = await ready([1]);
  const before = notified();
  for (let seq = 2; seq < 1000; seq++) store.applyUpdates(news([seq]));
  expect(notified()).toBe(before);
  paint();
  expect(notified()).toBe(before + 1);
  paint();
  expect(notified()).toBe(before + 1);
});

it("keeps the rows where they are while someone reads further down, and counts what is new", async () => {
  const { store, shown, paint } = await ready([3, 2, 1]);
  store.setScrolledAway(true);
  store.applyUpdates(news([4, 5]));
  expect(shown()).toEqual([3, 2, 1]);
  expect(paint().pending).toBe(2);
  store.setScrolledAway(false);
  expect(shown()).toEqual([5, 4, 3, 2, 1]);
  expect(paint().pending).toBe(0);
});

it("stands still while it is paused, wherever one reads, and shows what is new when asked", async () => {
  const { store, shown, paint } = await ready([1]);
  store.setPaused(true);
  store.applyUpdates(news([2]));
  store.setScrolledAway(true);
  store.setScrolledAway(false);
  expect(shown()).toEqual([1]);
  store.showNew();
  store.applyUpdates(news([3]));
  expect(shown()).toEqual([2, 1]);
  expect(paint()).toMatchObject({ paused: true, pending: 1 });
  store.setPaused(false);
  expect(shown()).toEqual([3, 2, 1]);
});

it("loads older pages below, one at a time, until there is nothing older", async () => {
  const { store, requests, last, shown, paint } = await ready([9, 8], "p2");
  expect(paint().below).toBe("more");
  void store.loadOlder();
  void store.loadOlder();
  expect(requests).toHaveLength(2);
  expect(last()).toMatchObject({ before: "p2" });
  expect(paint().below).toBe("loading");
  await last().answer({ seqs: [], next: "p3" });
  expect(paint().below).toBe("more");
  void store.loadOlder();
  store.applyUpdates(news([10]));
  await last().answer({ seqs: [5, 2] });
  expect(shown()).toEqual([10, 9, 8, 5, 2]);
  expect(paint().below).toBe("nothing");
  void store.loadOlder();
  expect(requests).toHaveLength(3);
});

it("offers to try again where an older page does not come", async () => {
  const { store, last, shown, paint } = await ready([9], "p2");
  void store.loadOlder();
  await last().refuse();
  expect(paint().below).toBe("failed");
  void store.loadOlder();
  await last().answer({ seqs: [8] });
  expect(shown()).toEqual([9, 8]);
});

it("shows another filter's deliveries only, from its own page and from what is told", async () => {
  const { store, last, shown, paint } = await ready([3, 2, 1]);
  const filter: Filter = { verdict: "rejected" };
  store.show(filter);
  const stale = last();
  expect(paint()).toMatchObject({ phase: "loading", count: 0, filter });
  expect(stale.filter).toEqual(filter);
  store.applyUpdates([...news([4], { verdict: "rejected" }), ...news([5])]);
  await stale.answer({ seqs: [2] });
  expect(shown()).toEqual([4, 2]);
});

it("does not take a page that another filter asked for", async () => {
  const { store, last, shown } = await ready([1]);
  store.show({ method: "GET" });
  const get = last();
  store.show({ method: "PUT" });
  const put = last();
  expect(get.signal.aborted).toBe(true);
  await put.answer({ seqs: [8] });
  await get.answer({ seqs: [7] });
  expect(shown()).toEqual([8]);
});

it("does not ask again for what it shows already", async () => {
  const { store, requests } = await ready([1]);
  store.show({});
  expect(requests).toHaveLength(1);
});

it("says what went wrong, and goes on when asked again", async () => {
  const { store, last, shown, paint } = open();
  store.reload();
  await last().refuse();
  expect(paint()).toMatchObject({ phase: "failed", error: new Error("It is down.") });
  store.reload();
  await last().answer({ seqs: [1] });
  expect(shown()).toEqual([1]);
});

it("keeps what it shows when the first page cannot be loaded again", async () => {
  const { store, last, shown, paint } = await ready([1]);
  const start = store.resync();
  await last().refuse();
  await expect(start).rejects.toThrow("It is down.");
  expect(paint().phase).toBe("ready");
  expect(shown()).toEqual([1]);
});

it("gives the live connection the cursor of the page that is shown, whichever filter that is of by then", async () => {
  const { store, requests, last } = open();
  const start = store.resync();
  store.show({ method: "GET" });
  await requests[0]?.answer({ seqs: [9], cursor: "all" });
  await last().answer({ seqs: [4], cursor: "get" });
  expect(await start).toEqual({ cursor: "get", seq: 4 });
});

it("gives it that cursor, too, where the page of the filter before failed, as one does that is aborted", async () => {
  const { store, requests, last } = open();
  const start = store.resync();
  store.show({ method: "GET" });
  await requests[0]?.refuse();
  await last().answer({ seqs: [4], cursor: "get" });
  expect(await start).toEqual({ cursor: "get", seq: 4 });
});

it("starts over after a reset, where numbers begin again", async () => {
  const { store, last, shown } = await ready([900, 899]);
  void store.resync();
  await last().answer({ seqs: [3, 2] });
  store.applyUpdates(news([4]));
  expect(shown()).toEqual([4, 3, 2]);
});

it("holds so many rows and says that older ones are left out", async () => {
  const { store, paint } = await ready([2, 1]);
  store.applyUpdates(news(down(capacity + 10, 3).reverse()));
  expect(paint()).toMatchObject({ count: capacity, below: "no-room" });
  expect([store.row(0)?.seq, store.row(capacity - 1)?.seq]).toEqual([capacity + 10, 11]);
});

it("takes nothing away from under a reader: what finds no room is loaded when they return", async () => {
  const { store, requests, last, paint, shown } = await ready([2, 1]);
  store.setScrolledAway(true);
  store.applyUpdates(news(down(capacity + 100, 3).reverse()));
  expect(paint()).toMatchObject({ count: 2, pending: capacity + 98 });
  expect(store.row(1)?.seq).toBe(1);
  store.setScrolledAway(false);
  expect(requests).toHaveLength(2);
  await last().answer({ seqs: down(capacity + 100, capacity + 98) });
  expect(shown()).toEqual(down(capacity + 100, capacity + 98));
  expect(paint().pending).toBe(0);
});

it("knows for a moment which rows came while one could watch", async () => {
  const { store, shown, pass } = await ready([1]);
  store.applyUpdates(news([2]));
  shown();
  const isNew = (row: number) => store.isNew(store.row(row) as Delivery);
  pass(1000);
  expect([isNew(0), isNew(1)]).toEqual([true, false]);
  pass(1000);
  expect(isNew(0)).toBe(false);
  store.applyUpdates(news(down(40, 3).reverse()));
  shown();
  expect(isNew(0)).toBe(false);
});
