// The tabs by verdict above the list, and the button that pauses it.

import type { Verdict } from "../../lib/api";
import { Kbd } from "../../ui/kbd";

const bar = "flex h-9 shrink-0 items-center gap-1 border-b border-line bg-surface px-4 text-s max-md:h-12 max-md:px-2";

interface ViewTabsProps {
  verdict: string | undefined;
  onVerdict: (verdict: Verdict | undefined) => void;
  /** How many rejected ones are kept, as far as was counted. */
  rejected: string | undefined;
  paused: boolean;
  onPause: () => void;
}

/** The most common filters as tabs, and the button that pauses the list. */
export function ViewTabs({ verdict, onVerdict, rejected, paused, onPause }: ViewTabsProps) {
  const views = [
    { value: undefined, label: "All" },
    { value: "verified", label: "Verified" },
    { value: "rejected", label: rejected ? `Rejected ${rejected}` : "Rejected" },
  ] as const;
  return (
    <div className={bar}>
      {views.map(({ value, label }) => (
        <button
          key={label}
          type="button"
          aria-pressed={verdict === value}
          onClick={() => onVerdict(value)}
          className={
            "cursor-pointer rounded-full px-[9px] py-[3px] whitespace-nowrap text-text-2 hover:text-text " +
            "aria-pressed:bg-hover aria-pressed:font-[550] aria-pressed:text-text pointer-coarse:py-2"
          }
        >
          {label}
        </button>
      ))}
      <button
        type="button"
        onClick={onPause}
        aria-pressed={paused}
        className={
          "ml-auto flex cursor-pointer items-center gap-1.5 rounded-md px-1.5 py-[3px] " +
          "whitespace-nowrap hover:text-text pointer-coarse:py-2 " +
          (paused ? "bg-wait-soft text-wait" : "text-text-3")
        }
      >
        {paused && "Paused ·"}
        <span className="contents pointer-coarse:hidden">
          <Kbd keys="space" />
        </span>
        {paused ? "go on" : "pause"}
      </button>
    </div>
  );
}
