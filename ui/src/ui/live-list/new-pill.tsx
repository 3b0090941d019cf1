import { formatCount } from "../../lib/format";

interface NewPillProps {
  count: number;
  onPress: () => void;
}

/** Says how many new ones wait above, and leads to them. */
export function NewPill({ count, onPress }: NewPillProps) {
  return (
    <button
      type="button"
      onClick={onPress}
      className={
        "absolute top-2.5 left-1/2 z-10 -translate-x-1/2 cursor-pointer rounded-full bg-beam px-3 " +
        "py-1 text-s font-[550] text-on-beam shadow-(--shadow) hover:bg-beam-strong " +
        "pointer-coarse:py-2"
      }
    >
      ↑ {formatCount(count)} new
    </button>
  );
}
