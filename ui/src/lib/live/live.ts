import { at, boot } from "../boot";
import { toLogin } from "../problem";
import { Connection, type Start } from "./connection";
import { pollingTransport } from "./polling";
import { socketTransport, socketUrl } from "./socket";
import { realClock } from "./transport";
import { wakeWithPage } from "./wake";

let load: (() => Promise<Start>) | undefined;

/** The page's one live connection. */
export const live = new Connection({
  socket: socketTransport(socketUrl(location, boot.base)),
  polling: pollingTransport(at("api/v1/updates")),
  clock: realClock,
  random: Math.random,
  load: () => (load ? load() : Promise.reject(new Error("The live connection has not been started."))),
  unauthenticated: toLogin,
  online: () => navigator.onLine,
});

/** Starts the live connection. `beginning` finds out where it is to begin, at the start and after a reset. */
export function startLive(beginning: () => Promise<Start>) {
  if (load) return;
  load = beginning;
  wakeWithPage(live);
  live.start();
}
