import { vi } from "vitest";
import type { FakeHookbeam } from "./fake-hookbeam";

/** Puts a server in the place of the browser's network. */
export function serve<Server extends FakeHookbeam>(server: Server): Server {
  vi.stubGlobal("fetch", server.fetch);
  vi.stubGlobal("WebSocket", server.WebSocket);
  return server;
}
