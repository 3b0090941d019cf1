// The one store of the list of statuses, connected to the API.

import type { Status, StatusFilter } from "../../entities/status/status";
import { api, unwrap } from "../../lib/api";
import { realClock } from "../../lib/live/transport";
import type { ListPage, PageRequest } from "../../lib/live-list-store";
import { StatusStore } from "./status-store";

async function fetchPage({ filter, before, limit, signal }: PageRequest<StatusFilter>): Promise<ListPage<Status>> {
  const query = { ...filter, ...(before !== undefined && { before }), limit };
  const { statuses, next } = unwrap(await api.GET("/statuses", { params: { query }, signal }));
  return { items: statuses, next };
}

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
