// The section of an endpoint's pane with the requests that were refused before anything of them was stored.

import { useQuery } from "@tanstack/react-query";
import { newestQuery } from "../../entities/delivery/queries";
import { type Refusal, refusalsQuery } from "../../entities/endpoint/refusals";
import { formatCount } from "../../lib/format";
import { Bytes } from "../../ui/bytes";
import { Time } from "../../ui/time";
import { wordsOf } from "./refusal-words";

/** So many requests are shown for each reason. */
const shown = 5;

/**
 * The requests that were refused at an endpoint's address, by reason. Renders nothing if there are none, so that it is
 * there only for a person who misses a delivery.
 */
export function RefusedRequests({ endpoint }: { endpoint: string }) {
  const { data } = useQuery(refusalsQuery(endpoint));
  const { data: newest } = useQuery(newestQuery(endpoint));
  if (!data) return null;
  const { refusals, counts, since } = data;
  // Until something arrives, the sender may have the wrong address. Later it is noise: anybody can send such requests.
  const elsewhere = newest === null ? (counts["endpoint_not_found"] ?? 0) : 0;
  if (refusals.length === 0 && elsewhere === 0) return null;
  return (
    <section aria-label="Refused requests" className="flex flex-col gap-3 rounded-lg border border-line px-3 py-2.5">
      {refusals.length > 0 && <Refusals refusals={refusals} since={since} />}
      {elsewhere > 0 && (
        <p className="text-pretty text-text-2">
          {elsewhere === 1 ? "One request" : `${formatCount(elsewhere)} requests`} came to addresses that no endpoint
          has. If you are waiting for a delivery, compare the address at the sender with the one above.
        </p>
      )}
    </section>
  );
}

function Refusals({ refusals, since }: { refusals: Refusal[]; since: string }) {
  const codes = [...new Set(refusals.map(({ code }) => code))];
  return (
    <details>
      <summary className="cursor-pointer text-pretty">
        {refusals.length === 1 ? "1 refused request" : `${formatCount(refusals.length)} refused requests`}
        <span className="text-text-3">
          , the last <Time at={refusals[0]?.at ?? since} form="second" />
        </span>
      </summary>
      {codes.map((code) => (
        <OfOneReason key={code} code={code} refusals={refusals.filter((refusal) => refusal.code === code)} />
      ))}
      <p className="mt-3 text-s text-pretty text-text-3">
        These requests were not stored. The list is kept in memory and begins with the server’s start,{" "}
        <Time at={since} form="minute" />.
      </p>
    </details>
  );
}

function OfOneReason({ code, refusals }: { code: string; refusals: Refusal[] }) {
  const { why, next } = wordsOf(code);
  return (
    <div className="mt-3">
      <p className="text-pretty" title={code}>
        {why} <span className="text-text-2">{next}</span>
      </p>
      <ul className="mt-1 divide-y divide-line text-s text-text-2">
        {refusals.slice(0, shown).map((refusal, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: refusals have no id, and several can have one time
          <li key={at} className="flex flex-wrap gap-x-3 py-1 tabular-nums">
            <Time at={refusal.at} form="second" />
            <span>
              {refusal.status} {refusal.method} {refusal.path}
            </span>
            {refusal.size >= 0 && <Bytes n={refusal.size} />}
            <span>{refusal.remote}</span>
            {refusal.user_agent && <span className="min-w-0 break-words text-text-3">{refusal.user_agent}</span>}
          </li>
        ))}
      </ul>
      {refusals.length > shown && <p className="text-s text-text-3">and {formatCount(refusals.length - shown)} more</p>}
    </div>
  );
}
