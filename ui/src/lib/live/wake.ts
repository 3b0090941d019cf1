import type { Connection } from "./connection";

/** Has a connection look after itself whenever the network changes or someone looks at the page again. */
export function wakeWithPage(connection: Connection) {
  addEventListener("online", () => connection.wake({ suspect: true }));
  addEventListener("offline", () => connection.wake({ suspect: true }));
  addEventListener("pageshow", (event) => connection.wake({ suspect: event.persisted }));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") connection.wake();
  });
}
