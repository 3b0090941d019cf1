import { formatBytes, formatCount } from "../lib/format";

/** A size for glancing at; the exact number on hover. */
export function Bytes({ n }: { n: number }) {
  return (
    <span className="tabular-nums" title={`${formatCount(n)} ${n === 1 ? "byte" : "bytes"}`}>
      {formatBytes(n)}
    </span>
  );
}
