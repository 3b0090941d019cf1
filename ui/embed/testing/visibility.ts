import { vi } from "vitest";

/** Has the page look as if nobody, or somebody, looked at it. */
export function setVisibility(state: "hidden" | "visible") {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
  document.dispatchEvent(new Event("visibilitychange"));
}

/** The device sleeps: time passes, and nothing happens. */
export function sleep(ms: number) {
  vi.setSystemTime(Date.now() + ms);
}
