/** What the live label says. It is `live` only while frames or heartbeats arrive in time. */
export type LiveState =
  | { kind: "connecting"; cause?: string }
  /** Complete up to `seq`, the last delivery that is known; undefined where there is none yet. */
  | { kind: "live"; seq: number | undefined }
  /** Connected, and `received` deliveries of those that were missed are here. */
  | { kind: "catching-up"; received: number }
  | { kind: "polling"; everyMs: number; cause: string }
  /** Times are milliseconds since 1970. Without `nextTry` a try is under way. */
  | { kind: "offline"; since: number; nextTry: number | undefined; cause: string };

/** Whether two states look the same. */
export function sameState(a: LiveState, b: LiveState): boolean {
  const [left, right] = [Object.entries(a), b as unknown as Record<string, unknown>];
  return left.length === Object.keys(b).length && left.every(([name, value]) => right[name] === value);
}
