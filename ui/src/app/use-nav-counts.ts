import { useEndpoints } from "../entities/endpoint/queries";
import { formatCount } from "../lib/format";

/** What stands behind the screens' names, by path. */
export function useNavCounts(): Record<string, string | undefined> {
  const endpoints = useEndpoints();
  return { "/endpoints": endpoints.data && formatCount(endpoints.data.length) };
}
