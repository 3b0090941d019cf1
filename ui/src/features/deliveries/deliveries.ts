// The one store of the deliveries list, connected to the API and to the browser’s animation frames.

import type { Filter } from "../../entities/delivery/filter";
import { api, unwrap } from "../../lib/api";
import type { PageRequest } from "../../lib/live-list-store";
import { type DeliveryPage, DeliveryStore } from "./delivery-store";

/** A background tab gets no animation frames: it is updated after this time at most. */
const backgroundMs = 1000;

async function fetchPage({ filter, before, limit, signal }: PageRequest<Filter>): Promise<DeliveryPage> {
  const query = { ...filter, ...(before !== undefined && { before }), limit };
  const { deliveries, next, cursor } = unwrap(await api.GET("/deliveries", { params: { query }, signal }));
  return { items: deliveries, next, cursor };
}

function nextFrame(run: () => void) {
  const once = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    run();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, backgroundMs);
}

/** The deliveries that the list shows. */
export const deliveries = new DeliveryStore({ fetchPage, nextFrame, now: Date.now });
