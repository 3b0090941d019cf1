import { useEffect, useRef, useState } from "react";
import UPlot from "uplot";

/** A line of a chart. Colours are names of tokens. */
export interface Line {
  values: readonly (number | null)[];
  color: "--beam" | "--text-3" | "--bad";
  /** Fills the area below it. */
  filled?: boolean;
}

interface ChartProps {
  /** What the chart shows, in a sentence for those who cannot see it. */
  label: string;
  /** Unix seconds, as many as each line has values. */
  times: readonly number[];
  lines: readonly Line[];
  format: (value: number) => string;
  /** The step that is pointed at; undefined: none. */
  onPoint?: (step: number | undefined) => void;
}

const height = 144;

/** Lines over time. It follows the width of its place and the theme. */
export function Chart({ label, times, lines, format, onPoint }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(null);
  const point = useRef(onPoint);
  point.current = onPoint;
  const theme = useThemeChanges();
  const kinds = lines.map(({ color, filled }) => color + (filled ? " filled" : "")).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart is made again for other lines and colours only
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new UPlot(
      options(element.clientWidth, lines, format, (step) => point.current?.(step)),
      dataOf(times, lines),
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [kinds, theme]);

  useEffect(() => plot.current?.setData(dataOf(times, lines)), [times, lines]);

  return <div ref={place} role="img" aria-label={label} className="mt-2 h-[144px] min-w-0 overflow-hidden" />;
}

const dataOf = (times: readonly number[], lines: readonly Line[]) =>
  [times, ...lines.map(({ values }) => values)] as unknown as UPlot.AlignedData;

/** Counts the changes of the theme, by the viewer or by the device. */
function useThemeChanges(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const changed = () => setChanges((n) => n + 1);
    const written = new MutationObserver(changed);
    written.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const device = matchMedia("(prefers-color-scheme: dark)");
    device.addEventListener("change", changed);
    return () => {
      written.disconnect();
      device.removeEventListener("change", changed);
    };
  }, []);
  return changes;
}

function options(
  width: number,
  lines: readonly Line[],
  format: (value: number) => string,
  onPoint: (step: number | undefined) => void,
): UPlot.Options {
  const tokens = getComputedStyle(document.documentElement);
  const token = (name: string) => tokens.getPropertyValue(name).trim();
  const axis: UPlot.Axis = { stroke: token("--text-3"), font: `10px ${token("--font")}`, ticks: { show: false } };
  return {
    width,
    height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { range: (_, first, last) => (last > first ? [first, last] : [last - 600, last]) }, // the first step alone
      y: { range: (_, __, most) => [0, ceiling(most)] },
    },
    axes: [
      { ...axis, size: 22, gap: 6, space: 72, grid: { show: false }, values: (_, splits) => clocks(splits) },
      {
        ...axis,
        size: 44,
        gap: 6,
        grid: { stroke: token("--line"), width: 1 },
        splits: (_, __, ___, most) => [0, most / 2, most],
        values: (_, splits) => splits.map(format),
      },
    ],
    series: [
      {},
      ...lines.map(
        ({ color, filled }): UPlot.Series => ({
          stroke: token(color),
          width: 1.5,
          points: { show: (chart) => chart.data[0].length < 30, size: 4 },
          ...(filled ? { fill: token("--beam-soft") } : {}),
        }),
      ),
    ],
    hooks: { setCursor: [(chart) => onPoint(chart.cursor.idx ?? undefined)] },
  };
}

/** The end of a scale: 1, 2 or 5 times a power of ten, not less than the largest value. */
export function ceiling(most: number): number {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((n) => n * power).find((end) => end >= most) ?? most;
}

/** Times for the axis: days, or times of day, with seconds if the times are less than a minute apart. */
function clocks(splits: number[]): string[] {
  const long = (splits.at(-1) ?? 0) - (splits[0] ?? 0) > 2 * 86_400;
  const close = (splits[1] ?? 0) - (splits[0] ?? 0) < 60;
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  if (close) time.second = "2-digit";
  const form = new Intl.DateTimeFormat("en-GB", long ? { day: "numeric", month: "short" } : time);
  return splits.map((at) => form.format(at * 1000));
}
