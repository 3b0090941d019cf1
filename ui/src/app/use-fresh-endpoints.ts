import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { endpointKeys } from "../entities/endpoint/queries";
import { live } from "../lib/live/live";

/** Has the endpoints fetched again when anyone changed one, or may have while nobody listened. */
export function useFreshEndpoints() {
  const client = useQueryClient();
  useEffect(
    function followNotices() {
      const fetchAgain = () => void client.invalidateQueries({ queryKey: endpointKeys.all });
      return live.follow({
        updates: (updates) => {
          if (updates.some(({ kind }) => kind === "endpoint")) fetchAgain();
        },
        missed: fetchAgain,
      });
    },
    [client],
  );
}
