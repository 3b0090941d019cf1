import { isObject, type PublicStatus, parse, readStatus } from "./status";

/** The result of one request. */
export type Answer =
  | { kind: "status"; status: PublicStatus; etag: string | undefined }
  /** As it was. */
  | { kind: "same" }
  /** The token leads nowhere, or nowhere any more. */
  | { kind: "gone" }
  /** It may work later; the server may have asked for a pause. */
  | { kind: "failed"; pauseMs: number };

/** No server may make a page wait for longer than this. */
const longestPauseMs = 300_000;

/** Fetches the status once. `etag` names what is known already. */
export async function fetchStatus(
  url: string,
  etag: string | undefined,
  signal: AbortSignal,
  fetch: typeof globalThis.fetch,
  now: () => number,
): Promise<Answer> {
  try {
    const answer = await fetch(url, { signal, ...(etag && { headers: { "If-None-Match": etag } }) });
    if (answer.status === 304) return { kind: "same" };
    const text = await answer.text();
    if (answer.ok) {
      const status = readStatus(parse(text));
      return status ? { kind: "status", status, etag: answer.headers.get("ETag") ?? undefined } : failed;
    }
    if (answer.status === 404 && isOurs(text)) return { kind: "gone" };
    return { kind: "failed", pauseMs: pauseMs(answer.headers.get("Retry-After"), now()) };
  } catch {
    return failed;
  }
}

const failed: Answer = { kind: "failed", pauseMs: 0 };

/** Proxies answer 404 as well, while the server behind them is being replaced. */
function isOurs(text: string): boolean {
  const body = parse(text);
  return isObject(body) && body["code"] === "not_found";
}

/** Retry-After is a number of seconds or a date (RFC 9110, 10.2.3). */
function pauseMs(after: string | null, now: number): number {
  if (!after) return 0;
  const ms = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - now;
  return Math.min(longestPauseMs, Math.max(0, ms || 0));
}
