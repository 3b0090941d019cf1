import { api, unwrap } from "../../lib/api";
import { realClock } from "../../lib/live/transport";
import { type Page, type PageRequest, StatusStore } from "./status-store";

async function fetchPage({ filter, before, limit, signal }: PageRequest): Promise<Page> {
  const query = { ...filter, ...(before !== undefined && { before }), limit };
  const { statuses, next } = unwrap(await api.GET("/statuses", { params: { query }, signal }));
  return { statuses, next };
}

/** The statuses that the list shows. */
export const statuses = new StatusStore({
  fetchPage,
  nextFrame: (run) => void requestAnimationFrame(run),
  after: (ms, run) => void realClock.after(ms, run),
  now: Date.now,
});
