/** Calls `wake` when the page becomes visible or its network changes. `suspect`: the connection may be broken. */
export function onWake(wake: (suspect: boolean) => void): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  addEventListener("online", () => wake(true), { signal });
  addEventListener("offline", () => wake(true), { signal });
  addEventListener("pageshow", (event) => event.persisted && wake(true), { signal });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake(false), {
    signal,
  });
  return () => listening.abort();
}

/** Runs once, when the latest change can be seen: in a hidden page only after it becomes visible. */
export function whenPainted(run: () => void): () => void {
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(run);
  });
  return () => cancelAnimationFrame(frame);
}
