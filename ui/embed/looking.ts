/** Tells when someone looks at the page again, or its network changed: `suspect`, what seemed to work may not. */
export function onWake(tell: (suspect: boolean) => void): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  addEventListener("online", () => tell(true), { signal });
  addEventListener("offline", () => tell(true), { signal });
  addEventListener("pageshow", (event) => event.persisted && tell(true), { signal });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tell(false), {
    signal,
  });
  return () => listening.abort();
}

/** Runs once, when what was changed just now can be seen: in a page that nobody looks at, not before someone does. */
export function whenPainted(run: () => void): () => void {
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(run);
  });
  return () => cancelAnimationFrame(frame);
}
