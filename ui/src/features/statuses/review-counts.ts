// How many statuses need review, by reason.

import { queryOptions } from "@tanstack/react-query";
import { type CountFilter, statusKeys } from "../../entities/status/queries";
import { api, unwrap } from "../../lib/api";
import { anyReview } from "./filter";

/** So many statuses that need review are counted; there are rarely more than a few. */
export const reviewsCounted = 100;

/**
 * The number of statuses for each reason to review them, and of `any`. Beyond reviewsCounted they are not counted. The
 * key is that of counts, so that it is fetched again when those are.
 */
export const reviewsQuery = (filter: CountFilter) =>
  queryOptions({
    queryKey: [...statusKeys.counts, "review", filter],
    queryFn: async ({ signal }) => {
      const query = { ...filter, review: anyReview, limit: reviewsCounted };
      const { statuses } = unwrap(await api.GET("/statuses", { params: { query }, signal }));
      const counts: Record<string, number> = {};
      for (const { needs_review, review } of statuses) {
        if (!needs_review) continue;
        for (const reason of [anyReview, ...(review ?? [])]) counts[reason] = (counts[reason] ?? 0) + 1;
      }
      return counts;
    },
  });
