import type { QueryClient } from "@tanstack/react-query";
import { arrivals } from "../entities/delivery/arrivals";
import { deliveryKeys, withArrived } from "../entities/delivery/queries";
import { endpointKeys } from "../entities/endpoint/queries";
import { statusKeys } from "../entities/status/queries";
import { deliveries } from "../features/deliveries/deliveries";
import type { DeliveryStore } from "../features/deliveries/delivery-store";
import { readTerms } from "../features/deliveries/terms";
import type { StatusStore } from "../features/statuses/status-store";
import { api, type Delivery, type DeliveryDetail, unwrap } from "../lib/api";
import { boot } from "../lib/boot";
import type { Start } from "../lib/live/connection";
import type { Update } from "../lib/live/frame";
import { live, startLive } from "../lib/live/live";
import type { Subscriber } from "../lib/live/subscribers";
import { throttle } from "../lib/throttle";
import { queryClient } from "./query-client";

type StatusUpdate = Extract<Update, { kind: "status" }>;

/** The lists that the live connection feeds. That of statuses is loaded with its screen. */
interface Lists {
  deliveries: DeliveryStore;
  statuses?: StatusStore;
}

/** Counts are fetched once in so long, however many statuses change. */
const countMs = 1000;

/**
 * Keeps everything that was fetched up to date: maps the updates of the live connection to the query cache and to the
 * lists. It is the only subscriber of the connection. Whatever is shown reads a query or a list, and need not know
 * that there is a connection.
 */
export class LiveCache implements Subscriber {
  readonly #client: QueryClient;
  readonly #lists: Lists;
  readonly #countAgain = throttle(countMs, () => this.#outdate(statusKeys.counts));

  constructor(client: QueryClient, lists: Lists = { deliveries }) {
    this.#client = client;
    this.#lists = lists;
  }

  /** Feeds the list of statuses from now on. Call it before the list is first shown. */
  feedStatuses(statuses: StatusStore) {
    this.#lists.statuses = statuses;
  }

  updates(updates: readonly Update[]) {
    this.#lists.deliveries.applyUpdates(updates);
    this.#lists.statuses?.applyUpdates(updates);
    const arrived = updates.flatMap((update) => (update.kind === "delivery" ? [update.delivery] : []));
    const changed = updates.flatMap((update) => (update.kind === "status" ? [update] : []));
    if (arrived.length > 0) this.#deliveriesArrived(arrived);
    if (changed.length > 0) this.#statusesChanged(changed);
    if (updates.some(({ kind }) => kind === "endpoint")) this.#outdate(endpointKeys.all);
    if (updates.some(({ kind }) => kind === "statuses")) this.#allStatusesChanged();
  }

  missed() {
    this.#allStatusesChanged(); // they may have been rebuilt
    for (const key of [endpointKeys.all, deliveryKeys.newests]) this.#outdate(key);
  }

  #deliveriesArrived(arrived: readonly Delivery[]) {
    arrivals.announce(arrived.length);
    for (const delivery of new Map(arrived.map((one) => [one.endpoint, one])).values()) {
      this.#change<Delivery>(deliveryKeys.newest(delivery.endpoint), () => delivery);
    }
    const rejected = arrived.filter(({ verdict }) => verdict === "rejected");
    for (const endpoint of new Set(rejected.flatMap((one) => ["", one.endpoint]))) {
      const ids = rejected.flatMap((one) => (endpoint === "" || endpoint === one.endpoint ? [one.id] : []));
      this.#change<string[]>(deliveryKeys.rejected(endpoint), (known) => known && withArrived(known, ids));
    }
  }

  #statusesChanged(changed: readonly StatusUpdate[]) {
    this.#countAgain();
    const kinds = this.#client.getQueryData<string[]>(statusKeys.kinds);
    if (changed.some(({ status }) => !kinds?.includes(status.kind))) this.#outdate(statusKeys.kinds);
    const ids = new Set(
      changed.flatMap(({ status: { id, merged, parent } }) => [id, ...(merged ?? []), ...(parent ? [parent] : [])]),
    );
    const seqs = new Set(changed.flatMap(({ seq }) => (seq === undefined ? [] : [seq])));
    void this.#client.invalidateQueries({
      queryKey: statusKeys.ones,
      predicate: ({ queryKey }) => ids.has(String(queryKey.at(-1))),
    });
    // A status may be told a moment after the delivery that moved it, and another event may move it again.
    void this.#client.invalidateQueries({
      queryKey: deliveryKeys.ones,
      predicate: ({ state }) => {
        const delivery = state.data as DeliveryDetail | undefined;
        return !!delivery && (seqs.has(delivery.seq) || delivery.effects.some(({ status }) => ids.has(status)));
      },
    });
  }

  #allStatusesChanged() {
    const { statuses } = this.#lists;
    if (statuses?.opened) statuses.reload();
    this.#countAgain();
    for (const key of [statusKeys.kinds, statusKeys.ones, deliveryKeys.ones]) this.#outdate(key);
  }

  #outdate(queryKey: readonly unknown[]) {
    void this.#client.invalidateQueries({ queryKey });
  }

  /**
   * Changes what is cached under a key, where anything is. A request that is on its way may bring less: it is renewed.
   */
  #change<Data>(queryKey: readonly unknown[], change: (known: Data | undefined) => Data | undefined) {
    const state = this.#client.getQueryState(queryKey);
    if (!state) return;
    if (state.fetchStatus === "idle") this.#client.setQueryData<Data>(queryKey, change);
    else void this.#client.cancelQueries({ queryKey }).then(() => this.#outdate(queryKey));
  }
}

/** The one of this page. */
export const liveCache = new LiveCache(queryClient);

/** Starts the live connection, and keeps this page up to date from it. */
export function startLiveCache() {
  live.follow(liveCache);
  if (opensOnDeliveries()) deliveries.reload();
  startLive(beginning());
}

/** Whether the page begins with the whole list of deliveries. It is asked for before anything is drawn. */
function opensOnDeliveries(): boolean {
  const path = location.pathname.slice(boot.base.length);
  const filtered = Object.keys(readTerms(new URLSearchParams(location.search))).length > 0;
  return !filtered && /^(deliveries(\/.*)?)?$/.test(path);
}

/**
 * Returns how the connection finds where to begin: right behind the page of deliveries that is shown. Where no screen
 * has asked for deliveries, it begins where the log stands now.
 */
export function beginning(list = deliveries, head = fetchHead): () => Promise<Start> {
  let renew = false;
  return async () => {
    const again = renew;
    renew = true;
    if (!list.opened) {
      const start = await head();
      if (!list.opened) return start;
    }
    return list.resync(again);
  };
}

async function fetchHead(): Promise<Start> {
  const { to } = unwrap(await api.GET("/updates", { cache: "no-store" }));
  return { cursor: to, seq: undefined };
}
