import type { ReactNode } from "react";

/** One fact of a thing, in a small frame beside others. */
export function Fact({ children }: { children: ReactNode }) {
  return (
    <span
      className={
        "inline-flex max-w-full items-center gap-1.5 rounded-md border border-line bg-surface px-2 " +
        "py-0.5 text-s text-text-2 tabular-nums"
      }
    >
      {children}
    </span>
  );
}
