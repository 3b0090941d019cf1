import { expect, it } from "vitest";
import type { Status, StatusFilter } from "../../entities/status/status";
import { status } from "../../entities/status/testing";
import { settle } from "../../lib/live/testing/fake-clock";
import type { ListPage, PageRequest } from "../../lib/live-list-store";
import { StatusStore } from "./status-store";

/** A store that shows a first page; the pages after it are answered by hand. */
async function showing(first: Status[], filter: StatusFilter = {}, next?: string, members: Status[] = []) {
  const requests: (PageRequest<StatusFilter> & { answer: (page: Status[]) => Promise<void> })[] = [];
  const later: (() => void)[] = [];
  const store = new StatusStore({
    fetchPage: (request) =>
      new Promise<ListPage<Status>>((done) => {
        const answer = (items: Status[]) => {
          done({ items, next: requests.length === 1 ? next : undefined });
          return settle();
        };
        requests.push({ ...request, answer });
      }),
    fetchMembers: () => Promise.resolve(members),
    nextFrame: (run) => run(),
    after: (_, run) => void later.push(run),
    now: () => 0,
  });
  store.show(filter);
  await requests[0]?.answer(first);
  const rows = () => Array.from({ length: store.view().count }, (_, i) => store.row(i));
  return {
    store,
    requests,
    pass() {
      for (const run of later.splice(0)) run();
    },
    ids: () => rows().map((row) => row?.id),
    states: () => rows().map((row) => row?.state),
    update: (...all: Status[]) => store.applyUpdates(all.map((s) => ({ kind: "status", seq: s.seq, status: s }))),
  };
}

it("changes a row where it stands, and puts a new one on top", async () => {
  const { ids, states, update } = await showing([status(2), status(1, { state: "processing" })]);
  update(status(1, { seq: 3 }), status(4, { state: "pending" }));
  expect(ids()).toEqual(["sub_4", "sub_2", "sub_1"]);
  expect(states()).toEqual(["pending", "paid", "paid"]);
});

it("takes no older word for a newer one", async () => {
  const { states, update } = await showing([status(1, { seq: 9 })]);
  update(status(1, { seq: 8, state: "processing" }));
  expect(states()).toEqual(["paid"]);
});

it("shows as one what turned out to be one", async () => {
  const { ids, update } = await showing([status(3), status(2), status(1)]);
  update(status(9, { merged: ["sub_2"] }));
  expect(ids()).toEqual(["sub_3", "sub_9", "sub_1"]);
  update(status(9, { seq: 10, merged: ["sub_2", "sub_1"] }));
  expect(ids()).toEqual(["sub_3", "sub_9"]);
});

it("lets go what matches no more, and takes in what matches now", async () => {
  const { ids, update } = await showing([status(2, { state: "processing" })], { state: "processing" });
  update(status(2, { seq: 3 }), status(5, { state: "processing" }), status(6));
  expect(ids()).toEqual(["sub_5"]);
});

it("lets go a payment that an order lists now, and never lists one", async () => {
  const { ids, update } = await showing([status(2), status(1)]);
  const order = status(9, { level: "order", payments: 1 });
  update(order, status(1, { seq: 9, parent: order.id }), status(4, { seq: 10, parent: order.id }));
  expect(ids()).toEqual(["sub_9", "sub_2"]);
  update(status(9, { seq: 11, level: "order", parent: "sub_ref" }));
  expect(ids()).toEqual(["sub_2"]);
});

it("filters by what needs review, and by the reason", async () => {
  const any = await showing([], { review: "any" });
  const twice = await showing([], { review: "paid_twice" });
  const all = [
    status(1),
    status(2, { needs_review: true, review: ["paid_twice"] }),
    status(3, { needs_review: true, review: ["overpaid"] }),
  ];
  for (const { update } of [any, twice]) update(...all);
  expect([any.ids(), twice.ids()]).toEqual([["sub_3", "sub_2"], ["sub_2"]]);
  any.update(status(2, { seq: 4 }));
  expect(any.ids()).toEqual(["sub_3"]);
});

it("lets go of what somebody reviewed, though its reason stays", async () => {
  const marked = status(1, { needs_review: true, review: ["paid_twice"] });
  for (const review of ["any", "paid_twice"]) {
    const { ids, update } = await showing([marked], { review });
    update(status(1, { review: ["paid_twice"] }));
    expect(ids()).toEqual([]);
  }
});

it("shows the payments of an order below it, and follows them", async () => {
  const parent = "sub_9";
  const payments = [status(2, { parent, state: "failed" }), status(1, { parent })];
  const { store, ids, states, update } = await showing([status(10), status(9), status(3)], {}, undefined, payments);
  store.unfold(parent);
  update(status(2, { parent, seq: 12, state: "processing" })); // before they are loaded
  await settle();
  expect(ids()).toEqual(["sub_10", "sub_9", "sub_2", "sub_1", "sub_3"]);
  expect(states()[2]).toBe("processing");
  update(status(1, { parent, seq: 13, state: "refunded" }), status(4, { parent, seq: 14, state: "pending" }));
  expect(ids()).toEqual(["sub_10", "sub_9", "sub_4", "sub_2", "sub_1", "sub_3"]);
  expect(states().slice(2, 5)).toEqual(["pending", "processing", "refunded"]);
  expect([store.row(1), store.row(2)].map((row) => row && store.isMember(row))).toEqual([false, true]);
  update(status(5, { parent, seq: 15, merged: ["sub_2", "sub_4"] }));
  expect(ids()).toEqual(["sub_10", "sub_9", "sub_5", "sub_1", "sub_3"]);
  store.fold(parent);
  expect(ids()).toEqual(["sub_10", "sub_9", "sub_3"]);
});

it("keeps an order unfolded that is merged into another, and loads its payments again with the list", async () => {
  const members = [status(1, { parent: "sub_9" })];
  const { store, requests, ids, update } = await showing([status(9), status(3)], {}, undefined, members);
  store.unfold("sub_9");
  await settle();
  update(status(10, { merged: ["sub_9"] }), status(1, { seq: 11, parent: "sub_10" }));
  expect(ids()).toEqual(["sub_10", "sub_1", "sub_3"]);
  members.push(status(2, { parent: "sub_10" }));
  store.reload();
  await requests[1]?.answer([status(10), status(3)]);
  await settle();
  expect(ids()).toEqual(["sub_10", "sub_1", "sub_2", "sub_3"]);
});

it("keeps a payment that a search found beside its order, once", async () => {
  const parent = "sub_9";
  const found = status(1, { parent });
  const { store, ids, states, update } = await showing([status(9), found], { q: "pi_1" }, undefined, [found]);
  update(status(1, { parent, seq: 12, state: "refunded" }));
  expect([ids(), states()[1]]).toEqual([["sub_9", "sub_1"], "refunded"]);
  store.unfold(parent);
  await settle();
  expect(ids()).toEqual(["sub_9", "sub_1"]);
  expect(store.isMember(found)).toBe(false);
});

it("gives a payment that two references list one row", async () => {
  const payments = [status(1, { parent: "sub_9" })];
  const { store, ids } = await showing([status(9), status(8)], {}, undefined, payments);
  store.unfold("sub_9");
  store.unfold("sub_8");
  await settle();
  expect(ids()).toEqual(["sub_9", "sub_1", "sub_8"]);
});

it("moves nothing under a reader, and counts what waits", async () => {
  const { store, ids, states, update } = await showing([status(2), status(1)]);
  store.setScrolledAway(true);
  update(status(3), status(4), status(1, { seq: 5, state: "refunded" }), status(7, { merged: ["sub_2", "sub_3"] }));
  expect([ids(), store.view().pending]).toEqual([["sub_7", "sub_1"], 1]);
  expect(states()).toEqual(["paid", "refunded"]);
  store.setScrolledAway(false);
  expect(ids()).toEqual(["sub_4", "sub_7", "sub_1"]);
  expect(store.view().pending).toBe(0);
});

it("keeps a reader's rows when it is loaded again, and puts things in order once they are done", async () => {
  const { store, requests, ids } = await showing([status(2), status(1)]);
  store.setScrolledAway(true);
  store.reload();
  await requests[1]?.answer([status(5), status(1, { seq: 4, state: "refunded" }), status(2)]);
  expect([ids(), store.view().pending, store.row(1)?.state]).toEqual([["sub_2", "sub_1"], 1, "refunded"]);
  store.setScrolledAway(false);
  expect(ids()).toEqual(["sub_5", "sub_2", "sub_1"]);
  await requests[2]?.answer([status(5), status(1), status(2)]);
  expect(ids()).toEqual(["sub_5", "sub_1", "sub_2"]);
});

it("loses nothing that is told while the page is on its way", async () => {
  const { store, requests, ids, states, update } = await showing([status(1, { state: "processing" })]);
  store.reload();
  update(status(1, { seq: 7 }), status(8));
  await requests[1]?.answer([status(1, { state: "processing" })]);
  expect([ids(), states()]).toEqual([
    ["sub_8", "sub_1"],
    ["paid", "paid"],
  ]);
});

it("asks the server which new ones match words, once for many", async () => {
  const { requests, pass, ids, update } = await showing([status(1)], { q: "ada@" });
  update(status(2), status(3));
  update(status(1, { seq: 4, state: "refunded" }));
  expect([ids(), requests.length]).toEqual([["sub_1"], 1]);
  pass();
  expect(requests.map(({ filter }) => filter.q)).toEqual(["ada@", "ada@"]);
  await requests[1]?.answer([status(3), status(1)]);
  expect(ids()).toEqual(["sub_3", "sub_1"]);
});

it("joins older pages, whose rows may have moved up since", async () => {
  const { store, requests, ids, update } = await showing([status(5), status(4)], {}, "n");
  update(status(2, { seq: 6 }));
  void store.loadOlder();
  expect(requests[1]?.before).toBe("n");
  await requests[1]?.answer([status(3), status(2), status(1)]);
  expect(ids()).toEqual(["sub_2", "sub_5", "sub_4", "sub_3", "sub_1"]);
  expect(store.view().below).toBe("nothing");
});

it("stays quick with 20,000 rows and a storm of moves", async () => {
  const all = Array.from({ length: 20_000 }, (_, i) => status(i + 1));
  const { store, update } = await showing(all);
  for (let n = 0; n < 200; n++) update(...all.slice(n, n + 100).map((one) => ({ ...one, seq: 30_000 + n })));
  expect(store.view().count).toBe(20_000);
});
