import type { PublicStatus } from "./status";

/**
 * Tells the page that shows this one in a frame where the payment stands, if it is one of those that may. The browser
 * delivers it to that origin alone.
 */
export function notifyParent({ status, final }: PublicStatus, allowed: readonly string[]) {
  if (window.parent === window) return;
  for (const origin of parents(allowed)) window.parent.postMessage({ type: "hookbeam:status", status, final }, origin);
}

/** Whose page it is, where the browser says so for certain; else whosever it may be. */
function parents(allowed: readonly string[]): readonly string[] {
  const [certain] = location.ancestorOrigins ?? [];
  const parent = certain ?? (document.referrer && new URL(document.referrer).origin);
  if (allowed.includes(parent)) return [parent];
  return certain === undefined ? allowed : []; // a referrer may be of a page that this frame showed before
}
