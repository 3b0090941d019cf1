/** The longest pause between two tries. */
const longestMs = 15_000;

/**
 * Full jitter: anything between nothing and a limit that doubles, so that many who were cut at once do not return at
 * once.
 */
export function backoff(failures: number, random: () => number, firstMs = 1000, mostMs = longestMs): number {
  return Math.round(random() * Math.min(mostMs, firstMs * 2 ** Math.max(0, failures - 1)));
}
