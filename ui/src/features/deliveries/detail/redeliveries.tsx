// The list of all deliveries of the same event.

import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { Delivery } from "../../../lib/api";
import { formatCount } from "../../../lib/format";
import { Time } from "../../../ui/time";
import { redeliveriesQuery } from "./queries";

/** The deliveries of one event, and how each differs from the first. */
export function Redeliveries({ delivery }: { delivery: Delivery }) {
  const { data } = useQuery(redeliveriesQuery(delivery));
  if (!data || data.length < 2) return null;
  return (
    <section>
      <h3 className="font-semibold">{formatCount(data.length)} tries of one event</h3>
      <ol className="mt-1 divide-y divide-line rounded-lg border border-line bg-surface">
        {data.map((one, i) => (
          <li key={one.id} className="flex items-baseline gap-3 px-3 py-2">
            <span className="w-10 shrink-0 text-text-2 tabular-nums">{i + 1}.</span>
            {one.id === delivery.id ? (
              <span aria-current="true" className="font-[550]">
                #{formatCount(one.seq)}
              </span>
            ) : (
              <Link href={`/deliveries/${one.id}?tab=verdict`} className="text-beam underline-offset-2 hover:underline">
                #{formatCount(one.seq)}
              </Link>
            )}
            <span className="text-text-2">
              <Time at={one.received_at} form="moment" />
            </span>
            <span className="min-w-0 flex-1 text-right break-words text-text-3">
              {i === 0 ? "first" : one.differs.length === 0 ? "the same" : `differs: ${one.differs.join(", ")}`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
