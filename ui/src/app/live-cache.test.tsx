import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it, vi } from "vitest";
import { arrivals } from "../entities/delivery/arrivals";
import { deliveryQuery, newestQuery, rejectedQuery } from "../entities/delivery/queries";
import { endpointKeys } from "../entities/endpoint/queries";
import { countsQuery, kindsQuery, statusQuery } from "../entities/status/queries";
import type { Status } from "../entities/status/status";
import { detail, effect, status } from "../entities/status/testing";
import { type DeliveryPage, DeliveryStore } from "../features/deliveries/delivery-store";
import { StatusStore } from "../features/statuses/status-store";
import type { Delivery, DeliveryDetail } from "../lib/api";
import type { Update } from "../lib/live/frame";
import { settle } from "../lib/live/testing/fake-clock";
import { delivery } from "../lib/live/testing/fake-server";
import type { ListPage } from "../lib/live-list-store";
import { beginning, LiveCache } from "./live-cache";

/** A cache with lists whose pages come when the test says so, and how often each asked for one. */
function open() {
  const client = new QueryClient();
  const pages = {
    deliveries: [] as ((page: DeliveryPage | Error) => Promise<void>)[],
    statuses: [] as ((page: ListPage<Status>) => Promise<void>)[],
  };
  const deps = { nextFrame: (run: () => void) => run(), now: () => 0 };
  const deliveries = new DeliveryStore({
    ...deps,
    fetchPage: () =>
      new Promise((resolve, reject) =>
        pages.deliveries.push((page) => {
          if (page instanceof Error) reject(page);
          else resolve(page);
          return settle();
        }),
      ),
  });
  const statuses = new StatusStore({
    ...deps,
    after: () => {},
    fetchMembers: async () => [],
    fetchPage: () =>
      new Promise((resolve) =>
        pages.statuses.push((page) => {
          resolve(page);
          return settle();
        }),
      ),
  });
  return { client, pages, deliveries, statuses, cache: new LiveCache(client, { deliveries, statuses }) };
}

const arrived = (seq: number, change: Partial<Delivery> = {}): Update => ({
  kind: "delivery",
  seq,
  delivery: { ...delivery(seq), ...change },
});
const changed = (one: Status, seq = one.seq): Update => ({ kind: "status", seq, status: one });
const endpoint: Update = { kind: "endpoint", endpoint: { id: "ep_1" } as never };
const whole = { ...delivery(14), headers: [], effects: [effect({ status: "sub_1" })] } as never as DeliveryDetail;

it("feeds both lists", async () => {
  const { cache, pages, deliveries, statuses } = open();
  deliveries.show({});
  statuses.show({});
  await pages.deliveries[0]?.({ items: [delivery(1)], next: undefined, cursor: "c" });
  await pages.statuses[0]?.({ items: [status(1)], next: undefined });
  cache.updates([arrived(2), changed(status(2))]);
  expect([deliveries.row(0)?.seq, statuses.row(0)?.id]).toEqual([2, "sub_2"]);
  expect([deliveries.view().count, statuses.view().count]).toEqual([2, 2]);
});

it("has an open delivery fetched again when one of its statuses changes, and only then", () => {
  const { cache, client } = open();
  const { queryKey } = deliveryQuery("dlv_14");
  const outdatedBy = (update: Update) => {
    client.setQueryData(queryKey, whole);
    cache.updates([update]);
    return client.getQueryState(queryKey)?.isInvalidated;
  };
  expect([
    outdatedBy(changed(status(2), 20)),
    outdatedBy(changed(status(1), 20)),
    outdatedBy(changed(status(2, { merged: ["sub_1"] }), 20)),
    outdatedBy(changed(status(3), 14)),
    outdatedBy(arrived(21)),
    outdatedBy(endpoint),
  ]).toEqual([false, true, true, true, false, false]);
});

it("has a status fetched again by each of its ids, and no other", () => {
  const { cache, client } = open();
  const keys = ["sub_1", "sub_2", "sub_3"].map((id) => statusQuery(id).queryKey);
  for (const key of keys) client.setQueryData(key, detail(1));
  cache.updates([changed(status(2, { merged: ["sub_1"] }))]);
  expect(keys.map((key) => client.getQueryState(key)?.isInvalidated)).toEqual([true, true, false]);
});

it("has an order fetched again when one of its payments changes", () => {
  const { cache, client } = open();
  const { queryKey } = statusQuery("sub_9");
  client.setQueryData(queryKey, detail(9));
  cache.updates([changed(status(2, { parent: "sub_9" }))]);
  expect(client.getQueryState(queryKey)?.isInvalidated).toBe(true);
});

it("counts statuses again once a second, and looks for kinds only where one is new", () => {
  vi.useFakeTimers();
  const { cache, client } = open();
  const counts = countsQuery({}).queryKey;
  const outdated = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated;
  client.setQueryData(counts, { counts: { paid: 1 }, review: { total: 0, reasons: {} } });
  client.setQueryData(kindsQuery.queryKey, ["payment"]);
  for (let n = 0; n < 50; n++) cache.updates([changed(status(n))]);
  expect([outdated(counts), outdated(kindsQuery.queryKey)]).toEqual([false, false]);
  vi.advanceTimersByTime(1000);
  expect(outdated(counts)).toBe(true);
  cache.updates([changed(status(1, { kind: "run" }))]);
  expect(outdated(kindsQuery.queryKey)).toBe(true);
  vi.useRealTimers();
});

it("puts arrivals where the newest and the rejected ones are cached, and makes up nothing", () => {
  const { cache, client } = open();
  const [all, mine, other] = ["", "ep_1", "ep_2"].map((id) => rejectedQuery(id).queryKey);
  if (!all || !mine || !other) throw new Error("no keys");
  client.setQueryData(newestQuery("ep_1").queryKey, null);
  client.setQueryData(all, ["dlv_1"]);
  client.setQueryData(mine, []);
  const rejected = { verdict: "rejected" } as const;
  cache.updates([
    arrived(1, rejected),
    arrived(2, rejected),
    arrived(3),
    arrived(4, { ...rejected, endpoint: "ep_2" }),
  ]);
  expect(client.getQueryData(newestQuery("ep_1").queryKey)?.seq).toBe(3);
  expect(client.getQueryState(newestQuery("ep_2").queryKey)).toBeUndefined();
  expect(client.getQueryData(all)).toEqual(["dlv_1", "dlv_2", "dlv_4"]);
  expect(client.getQueryData(mine)).toEqual(["dlv_1", "dlv_2"]);
  expect(client.getQueryState(other)).toBeUndefined();
});

it("asks again instead where the answer is on its way, which may be older", async () => {
  const { cache, client } = open();
  const requests: ((ids: string[]) => void)[] = [];
  const { queryKey } = rejectedQuery("");
  const queryFn = () => new Promise<string[]>((done) => requests.push(done));
  const stop = new QueryObserver(client, { queryKey, queryFn }).subscribe(() => {});
  cache.updates([arrived(7, { verdict: "rejected" })]);
  requests[0]?.([]);
  await vi.waitFor(() => expect(requests).toHaveLength(2));
  requests[1]?.(["dlv_7"]);
  await vi.waitFor(() => expect(client.getQueryData(queryKey)).toEqual(["dlv_7"]));
  stop();
});

it("announces how many deliveries came", () => {
  const counts: number[] = [];
  const stop = arrivals.subscribe((count) => counts.push(count));
  const { cache } = open();
  cache.updates([arrived(1), changed(status(1)), arrived(2)]);
  cache.updates([endpoint]);
  stop();
  cache.updates([arrived(3)]);
  expect(counts).toEqual([2]);
});

it("shows what a person reviewed, which no delivery changed", async () => {
  const { cache, client, pages, statuses } = open();
  const reviewed: Update = { kind: "status", status: status(1) };
  const { queryKey } = statusQuery("sub_1");
  const delivered = deliveryQuery("dlv_14").queryKey;
  client.setQueryData(queryKey, detail(1));
  client.setQueryData(delivered, { ...whole, effects: [] });
  statuses.show({ review: "paid_twice" });
  await pages.statuses[0]?.({ items: [status(1, { needs_review: true, review: ["paid_twice"] })], next: undefined });
  cache.updates([reviewed]);
  expect(statuses.view().count).toBe(0);
  expect(client.getQueryState(queryKey)?.isInvalidated).toBe(true);
  expect(client.getQueryState(delivered)?.isInvalidated).toBe(false);
});

it("has endpoints fetched again after a notice", () => {
  const { cache, client } = open();
  client.setQueryData(endpointKeys.all, []);
  cache.updates([arrived(1)]);
  expect(client.getQueryState(endpointKeys.all)?.isInvalidated).toBe(false);
  cache.updates([endpoint]);
  expect(client.getQueryState(endpointKeys.all)?.isInvalidated).toBe(true);
});

it("loads everything about statuses again once they were rebuilt", () => {
  vi.useFakeTimers();
  const { cache, client, pages, statuses } = open();
  const counts = countsQuery({}).queryKey;
  const keys = [statusQuery("sub_1").queryKey, kindsQuery.queryKey, deliveryQuery("dlv_14").queryKey, counts];
  for (const key of keys) client.setQueryData<unknown>(key, []);
  const outdated = () => keys.map((key) => client.getQueryState(key)?.isInvalidated);
  statuses.show({});
  cache.updates([arrived(1)]);
  expect([outdated(), pages.statuses.length]).toEqual([[false, false, false, false], 1]);
  cache.updates([{ kind: "statuses", statuses: "rebuilt" }]);
  vi.advanceTimersByTime(1000);
  expect([outdated(), pages.statuses.length]).toEqual([[true, true, true, true], 2]);
  vi.useRealTimers();
});

it("fetches again what notices may have been missed of, and loads a list only where one is open", () => {
  const { cache, client, pages, statuses } = open();
  const keys = [endpointKeys.all, newestQuery("ep_1").queryKey, statusQuery("sub_1").queryKey, kindsQuery.queryKey];
  for (const key of keys) client.setQueryData<unknown>(key, []);
  cache.missed();
  expect(keys.map((key) => client.getQueryState(key)?.isInvalidated)).toEqual([true, true, true, true]);
  expect(pages.statuses).toHaveLength(0);
  statuses.show({});
  cache.missed();
  expect(pages.statuses).toHaveLength(2);
  statuses.close();
  cache.missed();
  expect(pages.statuses).toHaveLength(2);
  expect(pages.deliveries).toHaveLength(0);
});

const page = (seq: number, cursor: string): DeliveryPage => ({ items: [delivery(seq)], next: undefined, cursor });

it("begins behind the page of deliveries that is on its way, and renews it after a reset", async () => {
  const { deliveries, pages } = open();
  const head = vi.fn(async () => ({ cursor: "head", seq: undefined }));
  const begin = beginning(deliveries, head);
  deliveries.show({});
  const first = begin();
  await pages.deliveries[0]?.(page(4, "four"));
  expect([await first, pages.deliveries.length]).toEqual([{ cursor: "four", seq: 4 }, 1]);
  const second = begin();
  await pages.deliveries[1]?.(page(2, "two"));
  expect(await second).toEqual({ cursor: "two", seq: 2 });
  expect(head).not.toHaveBeenCalled();
});

it("loads no deliveries where no screen asked for them", async () => {
  const { deliveries, pages } = open();
  const begin = beginning(deliveries, async () => ({ cursor: "head", seq: undefined }));
  expect([await begin(), await begin()]).toEqual(Array(2).fill({ cursor: "head", seq: undefined }));
  expect(pages.deliveries).toHaveLength(0);
});

it("leaves no gap where deliveries are asked for while it finds out where the log stands", async () => {
  const { deliveries, pages } = open();
  let answer = (_: { cursor: string; seq: undefined }) => {};
  const begin = beginning(deliveries, () => new Promise((done) => (answer = done)));
  const start = begin();
  deliveries.show({});
  await pages.deliveries[0]?.(page(4, "four"));
  answer({ cursor: "nine", seq: undefined }); // what came after the page, up to here, would never be told
  expect([await start, pages.deliveries.length]).toEqual([{ cursor: "four", seq: 4 }, 1]);
});

it("loads the page again where it failed", async () => {
  const { deliveries, pages } = open();
  const begin = beginning(deliveries);
  deliveries.show({});
  const first = begin();
  const failed = expect(first).rejects.toThrow("It is down.");
  await pages.deliveries[0]?.(new Error("It is down."));
  await failed;
  const second = begin();
  await pages.deliveries[1]?.(page(4, "four"));
  expect(await second).toEqual({ cursor: "four", seq: 4 });
});
