// The charts of the operations screen, and the lag of the followers.

import { useMemo, useState } from "react";
import { formatClock, formatCount } from "../../lib/format";
import { Card, Legend } from "./card";
import { Chart, type Line } from "./chart";
import { formatRate, formatSeconds, type Operations, perMinute, rangeWords } from "./operations";

/** The deliveries per minute, and those of them that were rejected. */
export function ReceivedChart({ data }: { data: Operations }) {
  const [at, setAt] = useState<number>();
  const rates = useMemo(() => perMinute(data.received, data.seconds), [data]);
  const rejected = useMemo(() => perMinute(data.rejected, data.seconds), [data]);
  const lines = useMemo<Line[]>(
    () => [
      { values: rates, color: "--beam", filled: true },
      { values: rejected, color: "--bad" },
    ],
    [rates, rejected],
  );
  const busiest = Math.max(0, ...rates);
  const now = rates.at(-1) ?? 0;
  const label =
    `Deliveries per minute in the last ${rangeWords[data.range]}: now ${formatRate(now)}, ` +
    `busiest ${formatRate(busiest)}, rejected now ${formatRate(rejected.at(-1) ?? 0)}.`;
  return (
    <Card
      title="Received"
      hint="per minute"
      className="col-span-4 max-lg:col-span-full"
      aside={
        at === undefined ? (
          <>
            <Legend color="bg-beam" name="now" value={formatRate(now)} />
            <Legend name="busiest" value={formatRate(busiest)} />
            <Legend color="bg-bad" name="rejected" value={formatRate(rejected.at(-1) ?? 0)} />
          </>
        ) : (
          <>
            <span>{clock(data.times[at])}</span>
            <Legend color="bg-beam" name="received" value={formatRate(rates[at] ?? 0)} />
            <Legend color="bg-bad" name="rejected" value={formatRate(rejected[at] ?? 0)} />
          </>
        )
      }
    >
      <Chart label={label} times={data.times} lines={lines} format={formatAxis} onPoint={setAt} />
    </Card>
  );
}

/** How long commits took. */
export function CommitChart({ data }: { data: Operations }) {
  const [at, setAt] = useState<number>();
  const lines = useMemo<Line[]>(() => {
    const values = (seconds: number[]) => seconds.map((s) => (s > 0 ? 1000 * s : null));
    return [
      { values: values(data.commit_p99), color: "--text-3" },
      { values: values(data.commit_p50), color: "--beam" },
    ];
  }, [data]);
  const p50 = at === undefined ? data.totals.commit_p50 : (data.commit_p50[at] ?? 0);
  const p99 = at === undefined ? data.totals.commit_p99 : (data.commit_p99[at] ?? 0);
  const text = (seconds: number) => (seconds > 0 ? formatSeconds(seconds) : "—");
  return (
    <Card
      title="Time to commit"
      hint="ms"
      className="col-span-4 max-lg:col-span-full"
      aside={
        <>
          {at !== undefined && <span>{clock(data.times[at])}</span>}
          <Legend color="bg-beam" name="p50" value={text(p50)} />
          <Legend color="bg-text-3" name="p99" value={text(p99)} />
        </>
      }
    >
      <Chart
        label={
          `Time to commit to disk in the last ${rangeWords[data.range]}: median ${text(data.totals.commit_p50)}, ` +
          `99 % below ${text(data.totals.commit_p99)}.`
        }
        times={data.times}
        lines={lines}
        format={formatAxis}
        onPoint={setAt}
      />
    </Card>
  );
}

const names: Record<string, string> = { statuses: "Statuses", live: "Live view" };

/** How far each follower is behind the log. */
export function Lag({ data }: { data: Operations }) {
  return (
    <Card title="Lag" hint="deliveries behind the log" className="col-span-4 max-lg:col-span-full">
      <table className="mt-2 w-full tabular-nums">
        <thead className="text-xs text-text-3">
          <tr>
            <th className="h-5 text-left font-[550]">Follower</th>
            <th aria-hidden />
            <th className="text-right font-[550]">now</th>
            <th className="w-16 text-right font-[550]">most</th>
          </tr>
        </thead>
        <tbody>
          {data.followers.map(({ name, behind, most, steps }) => (
            <tr key={name} className="h-8 border-t border-line">
              <th className="text-left font-normal">{names[name] ?? name}</th>
              <td aria-hidden>
                <Sparkline values={steps} />
              </td>
              <td className="text-right">{formatCount(behind)}</td>
              <td className="text-right text-text-2">{formatCount(most)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-2 text-s text-pretty text-text-3">
        {data.load.queued === 0 ? "Nothing waits" : `${formatCount(data.load.queued)} requests wait`} to be written.
        Bodies in flight use {share(data.load.in_flight, data.load.max_in_flight)}, and connections{" "}
        {share(data.load.connections, data.load.connection_limit)} of their limits.
      </p>
    </Card>
  );
}

const share = (used: number, limit: number) => (limit > 0 ? `${Math.round((100 * used) / limit)} %` : "none");

function Sparkline({ values }: { values: readonly number[] }) {
  const [width, height] = [88, 16];
  const most = Math.max(1, ...values);
  const x = (step: number) => (values.length > 1 ? (step * width) / (values.length - 1) : width);
  const points = values.map(
    (n, step) => `${x(step).toFixed(1)},${(height - 2 - (n / most) * (height - 4)).toFixed(1)}`,
  );
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} className="text-text-3">
      <title>over time</title>
      <polyline points={points.join(" ")} fill="none" stroke="currentColor" strokeWidth="1.25" />
    </svg>
  );
}

const clock = (seconds: number | undefined) =>
  seconds === undefined ? "" : formatClock(new Date(1000 * seconds)).slice(0, 8);

/** A number on an axis: `0`, `0.5`, `200`, `2k`. */
const formatAxis = (n: number) => (n >= 1000 ? `${n / 1000}k` : `${Number(n.toPrecision(2))}`);
