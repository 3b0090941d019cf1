// The parts of the operations screen that are lists: reasons, endpoints, the disk, and what was turned away.

import { Link } from "wouter";
import { refusalWords } from "../../entities/server/server-words";
import { formatBytes, formatCount } from "../../lib/format";
import { Bytes } from "../../ui/bytes";
import { Tag } from "../../ui/tag";
import { Time } from "../../ui/time";
import { Card } from "./card";
import { formatLong, formatRate, formatShare, type Operations, rangeWords, rate } from "./operations";

const link = "text-beam underline-offset-2 hover:underline";
const none = "mt-2 text-pretty text-text-2";

/** Why deliveries were rejected, the most frequent first. */
export function Reasons({ data, endpoint }: { data: Operations; endpoint: string }) {
  const most = data.reasons[0]?.count ?? 1;
  const rejected = `/deliveries?verdict=rejected${endpoint ? `&endpoint=${encodeURIComponent(endpoint)}` : ""}`;
  return (
    <Card
      title="Rejected by reason"
      {...(endpoint ? { hint: "all endpoints" } : {})}
      className="col-span-4 max-lg:col-span-full"
    >
      {data.reasons.length === 0 ? (
        <p className={none}>Nothing was rejected in the last {rangeWords[data.range]}.</p>
      ) : (
        <ul className="mt-2 divide-y divide-line">
          {data.reasons.map(({ reason, label, count }) => (
            <li key={reason} className="grid h-7 grid-cols-[minmax(0,1fr)_96px_48px] items-center gap-3">
              <span className="truncate" title={reason}>
                {label.charAt(0).toUpperCase() + label.slice(1)}
              </span>
              <span aria-hidden className="h-1.5">
                <span
                  className="block h-full rounded-full bg-bad opacity-75"
                  style={{ width: `${Math.max(3, Math.round((100 * count) / most))}%` }}
                />
              </span>
              <Link href={rejected} className={`text-right tabular-nums ${link}`}>
                {formatCount(count)}
                <span className="sr-only"> rejected deliveries</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** What each endpoint received, the most active first. */
export function Endpoints({ data }: { data: Operations }) {
  const shown = 8;
  return (
    <Card title="Endpoints" className="col-span-4 max-lg:col-span-full">
      {data.endpoints.length === 0 ? (
        <p className={none}>Nothing was received in the last {rangeWords[data.range]}.</p>
      ) : (
        <table className="-mt-5 w-full table-fixed tabular-nums">
          <thead className="text-xs text-text-3">
            <tr>
              <th className="h-5 text-left">
                <span className="sr-only">Endpoint</span>
              </th>
              <th className="w-16 text-right font-[550]">per min</th>
              <th className="w-18 text-right font-[550]">rejected</th>
              <th className="w-20 text-right font-[550]">redelivered</th>
            </tr>
          </thead>
          <tbody>
            {data.endpoints.slice(0, shown).map(({ endpoint, name, received, rejected, redelivered }) => (
              <tr key={endpoint} className="h-7 border-t border-line">
                <th className="truncate text-left font-normal">
                  <Link href={`/endpoints/${endpoint}`} className="hover:underline">
                    {name}
                  </Link>
                </th>
                <td className="text-right">{formatRate(rate(received, data.totals.seconds))}</td>
                <td className={`text-right ${rejected > 0 ? "text-bad" : "text-text-3"}`}>
                  {formatShare(rejected, received)}
                </td>
                <td className={`text-right ${redelivered > 0 ? "" : "text-text-3"}`}>
                  {formatShare(redelivered, received)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {data.endpoints.length > shown && (
        <p className="mt-1 text-s text-text-3">and {formatCount(data.endpoints.length - shown)} more</p>
      )}
    </Card>
  );
}

/** What is stored, and how long it stays. */
export function Disk({ data }: { data: Operations }) {
  const { usage, files, disk_total, disk_free, keep_for, keeps_for, oldest, paused, available } = data.storage;
  const size = (database: string) => {
    const file = files.find((file) => file.database === database);
    return file ? file.bytes + file.wal_bytes : 0;
  };
  const others = Math.max(0, disk_total - disk_free - size("log") - size("statuses"));
  const parts = [
    { name: "log", bytes: size("log"), color: "bg-beam" },
    { name: "statuses", bytes: size("statuses"), color: "bg-beam opacity-60" },
    { name: "others", bytes: others, color: "bg-line-strong" },
  ];
  const limits = [keep_for > 0 && formatLong(keep_for), usage.keep_bytes > 0 && formatBytes(usage.keep_bytes)].filter(
    Boolean,
  );
  return (
    <Card
      title="Disk"
      className="col-span-4 max-lg:col-span-full"
      aside={
        disk_total > 0 && (
          <span>
            <Bytes n={disk_total - disk_free} /> of <Bytes n={disk_total} /> used
          </span>
        )
      }
    >
      {disk_total > 0 && (
        <div aria-hidden className="mt-3 mb-2 flex h-2 overflow-hidden rounded-full bg-hover">
          {parts.map(({ name, bytes, color }) => (
            <i key={name} className={color} style={{ width: `${(100 * bytes) / disk_total}%` }} />
          ))}
        </div>
      )}
      <ul className="mt-2 flex flex-wrap gap-x-3.5 text-s text-text-2 tabular-nums">
        {parts.map(({ name, bytes, color }) => (
          <li key={name} className="flex items-center gap-1.5">
            <i aria-hidden className={`size-2 rounded-[2px] ${color}`} />
            {name} <b className="font-semibold text-text">{formatBytes(bytes)}</b>
          </li>
        ))}
      </ul>
      <p className="mt-3 font-semibold text-pretty">
        {!available
          ? "Deliveries cannot be stored. See the server’s log."
          : keeps_for > 0
            ? `Keeps about ${formatLong(keeps_for)} at this rate.`
            : limits.length > 0
              ? "How long deliveries are kept is not known: none were stored in this time."
              : "Deliveries are kept without a limit."}
      </p>
      <p className="mt-0.5 text-s text-pretty text-text-2">
        {oldest && (
          <>
            Oldest kept: <Time at={oldest} form="minute" />.{" "}
          </>
        )}
        {limits.length > 0 && `The limit is ${limits.join(" or ")}. `}
        {usage.free_bytes > 0 && `${formatBytes(usage.free_bytes)} of the log’s file are free. `}
        {paused > 0 && "The clock jumped ahead, so nothing is removed by age at the moment."}
      </p>
    </Card>
  );
}

/** What can be done about a limit. */
function NextStep({ code, endpoint, name }: { code: string; endpoint?: string | undefined; name: string }) {
  const flags: Record<string, string> = {
    address_busy: "--max-in-flight",
    busy: "--max-in-flight",
    rate_address: "--rate-address",
    rate_endpoint: "--rate-endpoint",
  };
  const flag = flags[code];
  if (flag) {
    return (
      <span className="text-text-2">
        Raise <code className="font-mono text-s">{flag}</code>
      </span>
    );
  }
  if (!endpoint) return null;
  const open: Record<string, string> = {
    body_too_large: `Raise the limit of ${name}`,
    endpoint_not_confirmed: `Confirm ${name}`,
  };
  return (
    <Link href={`/endpoints/${endpoint}`} className={link}>
      {open[code] ?? `Open ${name}`}
    </Link>
  );
}

/** The requests and connections that were refused, by endpoint and reason. */
export function TurnedAway({ data }: { data: Operations }) {
  return (
    <Card title="Turned away" hint="Refused and not stored, since the start" className="col-span-full">
      {data.turned_away.length === 0 ? (
        <p className={none}>Nothing was turned away.</p>
      ) : (
        <table className="mt-2 w-full tabular-nums">
          <thead className="text-left text-xs text-text-3">
            <tr>
              <th className="h-5 w-24 font-[550]">Last</th>
              <th className="w-28 font-[550] max-md:hidden">Endpoint</th>
              <th className="w-16 font-[550]">Answer</th>
              <th className="font-[550]">Why</th>
              <th className="w-20 text-right font-[550]">Requests</th>
              <th className="w-40 pl-4 font-[550] max-md:hidden">Most from</th>
              <th className="w-20 text-right font-[550] max-lg:hidden">Largest</th>
              <th className="w-48 text-right font-[550] max-md:hidden">
                <span className="sr-only">What to do</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.turned_away.map(({ endpoint, name, code, status, requests, last, from, largest }) => (
              <tr key={`${endpoint} ${code}`} className="h-8 border-t border-line">
                <td className="font-mono text-s whitespace-nowrap text-text-2">
                  <Time at={last} form="second" />
                </td>
                <td className="truncate max-md:hidden">{name ?? <span className="text-text-3">none</span>}</td>
                <td>
                  <Tag tone={status === 0 || status >= 500 ? "bad" : "wait"}>{status === 0 ? "closed" : status}</Tag>
                </td>
                <td className="py-1 text-pretty" title={code}>
                  {refusalWords(code)}
                  {name && <span className="text-text-3 md:hidden"> · {name}</span>}
                </td>
                <td className="text-right font-semibold">{formatCount(requests)}</td>
                <td className="truncate pl-4 font-mono text-s text-text-2 max-md:hidden" title={addresses(from)}>
                  {from[0]?.address}
                </td>
                <td className="text-right text-text-2 max-lg:hidden">{largest >= 0 && <Bytes n={largest} />}</td>
                <td className="text-right max-md:hidden">
                  <NextStep code={code} endpoint={endpoint} name={name ?? ""} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

/** All addresses of a row, one on each line, with what came from them. */
const addresses = (from: Operations["turned_away"][number]["from"]) =>
  from.map(({ address, requests }) => `${address}: at least ${formatCount(requests)}`).join("\n");
