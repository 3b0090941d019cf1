import { expect, it } from "vitest";
import { settle } from "./live/testing/fake-clock";
import { type ListPage, LiveListStore, type LiveListView, type PageRequest } from "./live-list-store";

interface Item {
  id: string;
  n: number;
}

const item = (n: number): Item => ({ id: `i${n}`, n });

type Named = { name: string; of?: string | undefined };

/** The simplest list: numbers, newest first, filtered by nothing but a name. */
class Numbers extends LiveListStore<Item, Named> {
  static readonly capacity = 6;
  #rows: Item[] = [];
  #waiting: Item[] = [];

  add = (...numbers: number[]) => this.receive(numbers.map(item), numbers.length);
  row = (index: number) => this.#rows[index];
  markOutdated = () => {
    this.outdated = true;
  };

  protected clear() {
    this.#rows = [];
    this.#waiting = [];
  }
  protected append(items: readonly Item[]) {
    this.#rows.push(...items);
  }
  protected put(one: Item) {
    if (![...this.#rows, ...this.#waiting].some(({ id }) => id === one.id)) this.#waiting.unshift(one);
  }
  protected settle() {
    this.#rows = [...this.#waiting, ...this.#rows];
    this.#waiting = [];
    if (this.#rows.splice(Numbers.capacity).length > 0) this.truncated = true;
  }
  protected extent() {
    const { length: count } = this.#rows;
    return { count, pending: this.#waiting.length, full: count === Numbers.capacity };
  }
  protected snapshot(): LiveListView<Named> {
    return this.baseSnapshot();
  }
}

interface FakeRequest extends PageRequest<Named> {
  answer(numbers: number[], next?: string): Promise<void>;
  refuse(): Promise<void>;
}

/** A list whose pages and animation frames come when the test says so. */
function open() {
  const requests: FakeRequest[] = [];
  const frames: (() => void)[] = [];
  const time = { now: 0, notified: 0 };
  const store = new Numbers(
    {
      fetchPage: (request) =>
        new Promise<ListPage<Item>>((resolve, reject) => {
          const answer = (numbers: number[], next?: string) => {
            resolve({ items: numbers.map(item), next });
            return settle();
          };
          const refuse = () => {
            reject(new Error("It is down."));
            return settle();
          };
          requests.push({ ...request, answer, refuse });
        }),
      nextFrame: (run) => frames.push(run),
      now: () => time.now,
    },
    { name: "all" },
  );
  store.subscribe(() => time.notified++);
  const view = () => {
    for (const run of frames.splice(0)) run();
    return store.view();
  };
  const rows = () => Array.from({ length: view().count }, (_, i) => store.row(i)?.n);
  return { store, requests, time, view, rows, last: () => requests.at(-1) as FakeRequest };
}

async function ready(numbers: number[], next?: string) {
  const list = open();
  list.store.show({ name: "all" });
  await list.last().answer(numbers, next);
  list.view();
  return list;
}

it("loads nothing and keeps nothing before it is shown", () => {
  const { store, requests, view } = open();
  store.add(1);
  expect(requests).toEqual([]);
  expect(view()).toMatchObject({ phase: "loading", started: false, count: 0, pending: 0 });
});

it("joins a page with what came while it was on its way, whichever the server read first", async () => {
  const { store, last, rows, view } = open();
  store.show({ name: "all" });
  store.add(2, 3, 4);
  expect(view()).toMatchObject({ phase: "loading", count: 0 });
  await last().answer([3, 2, 1]);
  store.add(5);
  expect(rows()).toEqual([5, 4, 3, 2, 1]);
  expect(view()).toMatchObject({ phase: "ready", started: true, below: "nothing" });
});

it("keeps its rows while it loads again, and loses nothing of what comes meanwhile", async () => {
  const { store, last, rows } = await ready([2, 1]);
  store.reload();
  store.add(3);
  expect(rows()).toEqual([3, 2, 1]);
  await last().answer([2, 1]);
  expect(rows()).toEqual([3, 2, 1]);
});

it("tells its listeners once in an animation frame, with a new view", async () => {
  const { store, time, view } = await ready([1]);
  const [notified, before] = [time.notified, view()];
  for (let n = 2; n < 500; n++) store.add(n);
  expect([time.notified, store.view()]).toEqual([notified, before]);
  expect(view()).not.toBe(before);
  expect(time.notified).toBe(notified + 1);
});

it("holds its rows while someone reads further down, and shows what waits when they return or ask", async () => {
  const { store, rows, view } = await ready([1]);
  store.setScrolledAway(true);
  store.add(2);
  expect([rows(), view().pending]).toEqual([[1], 1]);
  store.showNew();
  expect([rows(), view().pending]).toEqual([[2, 1], 0]);
  store.add(3);
  store.setScrolledAway(false);
  expect(rows()).toEqual([3, 2, 1]);
});

it("loads again what is outdated once it is not held, and asks once", async () => {
  const { store, requests, last } = await ready([1]);
  store.setScrolledAway(true);
  store.markOutdated();
  expect(requests).toHaveLength(1);
  store.setScrolledAway(false);
  store.showNew();
  expect(requests).toHaveLength(2);
  await last().answer([1]);
  store.showNew();
  expect(requests).toHaveLength(2);
});

it("loads older pages one at a time, offers to try again, and stops at the end", async () => {
  const { store, requests, last, rows, view } = await ready([9], "p2");
  expect(view().below).toBe("more");
  void store.loadOlder();
  void store.loadOlder();
  expect([requests.length, last().before, view().below]).toEqual([2, "p2", "loading"]);
  await last().refuse();
  expect(view().below).toBe("failed");
  void store.loadOlder();
  await last().answer([8]);
  expect([rows(), view().below]).toEqual([[9, 8], "nothing"]);
  void store.loadOlder();
  expect(requests).toHaveLength(3);
});

it("takes no older page over that a reload has overtaken", async () => {
  const { store, requests, last, rows, view } = await ready([9], "p2");
  void store.loadOlder();
  store.reload();
  expect(requests[1]?.signal.aborted).toBe(true);
  await requests[1]?.answer([8]);
  await last().refuse();
  expect([rows(), view().below]).toEqual([[9], "more"]);
});

it("says that it has no room, full or cut at its end", async () => {
  const { store, requests, view } = await ready([5, 4, 3, 2, 1, 0], "p2");
  expect(view().below).toBe("no-room");
  void store.loadOlder();
  expect(requests).toHaveLength(1);
  store.add(6);
  expect(view()).toMatchObject({ count: Numbers.capacity, below: "no-room" });
});

it("shows another filter's page only, whichever answers last", async () => {
  const { store, requests, rows, view } = await ready([1]);
  store.show({ name: "odd" });
  store.show({ name: "even", of: undefined });
  expect(view()).toMatchObject({ phase: "loading", count: 0, filter: { name: "even" } });
  expect(requests[1]?.signal.aborted).toBe(true);
  await requests[2]?.answer([2]);
  await requests[1]?.answer([1]);
  expect(rows()).toEqual([2]);
  store.show({ name: "even" });
  expect(requests).toHaveLength(3);
});

it("keeps its rows where a reload fails, and says so where it has none", async () => {
  const { store, last, rows, view } = open();
  store.show({ name: "all" });
  await last().refuse();
  expect(view()).toMatchObject({ phase: "failed", started: true, error: new Error("It is down.") });
  store.reload();
  await last().answer([1]);
  store.reload();
  await last().refuse();
  expect([rows(), view().phase]).toEqual([[1], "ready"]);
});

it("ignores updates after it was closed, and catches up when it is shown again", async () => {
  const { store, requests, last, rows } = await ready([1]);
  store.close();
  store.add(2);
  expect(rows()).toEqual([1]);
  store.show({ name: "all" });
  expect([rows(), requests.length]).toEqual([[1], 2]);
  await last().answer([2, 1]);
  expect(rows()).toEqual([2, 1]);
});

it("asks for the page anew instead of buffering without bound", async () => {
  const { store, requests } = open();
  store.show({ name: "all" });
  const many = Array.from({ length: 50_000 }, (_, n) => n);
  store.add(...many);
  store.add(...many);
  expect(requests).toHaveLength(1);
  store.add(1);
  expect(requests).toHaveLength(2);
  expect(requests[0]?.signal.aborted).toBe(true);
});

it("knows for a moment what came, unless too much came at once", async () => {
  const { store, time } = await ready([1]);
  const newest = () => store.isNew(store.row(0) as Item);
  expect(newest()).toBe(false);
  store.add(2);
  expect(newest()).toBe(true);
  time.now += 1500;
  expect(newest()).toBe(false);
  store.add(...Array.from({ length: 21 }, (_, i) => 3 + i));
  expect(newest()).toBe(false);
});
