// The section of the settings screen with the requests that the server refused.

import type { Server } from "../../entities/server/queries";
import { refusalWords } from "../../entities/server/server-words";
import { formatCount } from "../../lib/format";

/** What was refused since the server started, the most frequent first. */
export function Refused({ refused }: { refused: Server["refused"] }) {
  const counts = Object.entries(refused)
    .filter(([, count]) => count > 0)
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  return (
    <section className="px-4 pb-6">
      <h2 className="pt-6 pb-2 font-semibold">Refused</h2>
      {counts.length === 0 ? (
        <p className="text-text-2">Nothing was refused since the start.</p>
      ) : (
        <dl className="divide-y divide-line rounded-lg border border-line">
          {counts.map(([code, count]) => (
            <div key={code} className="flex items-baseline justify-between gap-4 px-3 py-2">
              <dt className="min-w-0 text-pretty" title={code}>
                {refusalWords(code)}
              </dt>
              <dd className="tabular-nums text-text-2">{formatCount(count)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
