import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { deliveryKeys } from "../../../entities/delivery/queries";
import type { Effect } from "../../../entities/status/status";
import type { DeliveryDetail } from "../../../lib/api";
import { live } from "../../../lib/live/live";

/** What a delivery did, kept true: a status may be told a moment after the delivery, and another event may change it. */
export function useEffects(delivery: DeliveryDetail): readonly Effect[] {
  const client = useQueryClient();
  const { id, seq, effects } = delivery;
  const about = effects.flatMap(({ status }) => status || []).join(" ");
  useEffect(
    function followItsSubjects() {
      const subjects = new Set(about.split(" "));
      return live.follow({
        updates(updates) {
          const touched = updates.some(
            (update) =>
              update.kind === "status" &&
              (update.seq === seq || [update.status.id, ...(update.status.merged ?? [])].some((s) => subjects.has(s))),
          );
          if (!touched) return;
          void client.invalidateQueries({ queryKey: deliveryKeys.one(id) });
          void client.invalidateQueries({ queryKey: deliveryKeys.subjects });
        },
      });
    },
    [client, id, seq, about],
  );
  return effects;
}
