import type { ReactNode } from "react";
import { formatBytes, formatCount } from "../../lib/format";
import { formatRate, formatSeconds, formatShare, type Operations, rangeWords, rate } from "./operations";

/** The six figures on top of the screen. */
export function Figures({ data }: { data: Operations }) {
  const { totals, transports, storage } = data;
  const open = (...names: string[]) =>
    transports.filter(({ transport }) => names.includes(transport)).reduce((sum, { open }) => sum + open, 0);
  const readers = open("websocket", "polling", "status_websocket", "status_polling");
  return (
    <dl
      className={
        "col-span-full grid grid-cols-6 overflow-hidden rounded-lg border border-line bg-surface " +
        "max-lg:grid-cols-3 max-md:grid-cols-2"
      }
    >
      <Figure name="Received" value={formatRate(rate(totals.received, totals.seconds))}>
        per minute
      </Figure>
      <Figure name="Redeliveries" value={formatShare(totals.redelivered, totals.received)} />
      <Figure name="Rejected" value={formatCount(totals.rejected)}>
        in the last {rangeWords[data.range]}
      </Figure>
      <Figure name="Committed in" value={totals.commit_p99 > 0 ? formatSeconds(totals.commit_p99) : "—"}>
        {totals.commit_p99 > 0 ? "p99" : "no commits"}
      </Figure>
      <Figure name="Readers" value={formatCount(readers)}>
        {open("polling", "status_polling") > 0 && `${formatCount(open("polling", "status_polling"))} of them polling`}
      </Figure>
      <Figure name="Disk free" value={storage.disk_total > 0 ? formatBytes(storage.disk_free) : "—"}>
        {storage.disk_total > 0 && `of ${formatBytes(storage.disk_total)}`}
      </Figure>
    </dl>
  );
}

function Figure({ name, value, children }: { name: string; value: string; children?: ReactNode }) {
  return (
    <div className="-mt-px -ml-px border-t border-l border-line px-4 py-3">
      <dt className="text-s text-text-2">{name}</dt>
      <dd className="text-xl font-semibold tracking-[-.015em] tabular-nums">
        {value}{" "}
        {children && <span className="inline-block text-s font-normal tracking-normal text-text-2">{children}</span>}
      </dd>
    </div>
  );
}
