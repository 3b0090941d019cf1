import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { statusKeys } from "../../entities/status/queries";
import { live } from "../../lib/live/live";
import { throttle } from "../../lib/throttle";
import { statuses } from "./statuses";

/** Counts are asked for once in so long, however much moves. */
const countMs = 1000;

/** Keeps the list, the counts and what is open true for as long as the screen stands. */
export function useFollow() {
  const client = useQueryClient();
  useEffect(
    function followTheLog() {
      const again = (queryKey: readonly unknown[]) => void client.invalidateQueries({ queryKey });
      const countAgain = throttle(countMs, () => again(statusKeys.counts));
      const unfollow = live.follow({
        updates(updates) {
          statuses.applyUpdates(updates);
          const moved = updates.flatMap((update) => (update.kind === "status" ? [update.status] : []));
          if (moved.length === 0) return;
          countAgain();
          const known = client.getQueryData<string[]>(statusKeys.kinds);
          if (moved.some(({ kind }) => !known?.includes(kind))) again(statusKeys.kinds);
          for (const id of new Set(moved.flatMap((one) => [one.id, ...(one.merged ?? [])]))) again(statusKeys.one(id));
        },
        missed() {
          statuses.reload();
          countAgain();
          again(statusKeys.kinds);
          again(statusKeys.ones);
        },
      });
      return () => {
        unfollow();
        countAgain.stop();
        statuses.close();
      };
    },
    [client],
  );
}
