// The one store of the list of statuses, connected to the API. The screen shows it, and the live cache feeds it: both
// import it from here, because a list that is left and opened again goes on where it was.

import type { Status, StatusFilter } from "../../entities/status/status";
import { api, unwrap } from "../../lib/api";
import { realClock } from "../../lib/live/transport";
import type { ListPage, PageRequest } from "../../lib/live-list-store";
import { StatusStore } from "./status-store";

/** One page of the list, most recently changed first. `before` is the cursor of the page above. */
async function fetchPage({ filter, before, limit, signal }: PageRequest<StatusFilter>): Promise<ListPage<Status>> {
  const query = { ...filter, ...(before !== undefined && { before }), limit };
  const { statuses, next } = unwrap(await api.GET("/statuses", { params: { query }, signal }));
  return { items: statuses, next };
}

/** The payments of an order, when its row is unfolded. A status without members has none to show. */
async function fetchMembers(id: string): Promise<readonly Status[]> {
  const { members } = unwrap(await api.GET("/statuses/{id}", { params: { path: { id } } }));
  return members ?? [];
}

/** The statuses that the list shows. */
export const statuses = new StatusStore({
  fetchPage,
  fetchMembers,
  nextFrame: (run) => void requestAnimationFrame(run),
  after: (ms, run) => void realClock.after(ms, run),
  now: Date.now,
});
