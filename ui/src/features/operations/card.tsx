import type { ReactNode } from "react";

interface CardProps {
  title: string;
  /** What the figures are, beside the title. */
  hint?: string;
  /** At the right end of the heading. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** One part of the operations screen. */
export function Card({ title, hint, aside, className = "", children }: CardProps) {
  return (
    <section aria-label={title} className={`min-w-0 rounded-lg border border-line bg-surface px-4 py-3 ${className}`}>
      <div className="flex min-h-5 flex-wrap items-baseline gap-x-2">
        <h2 className="font-semibold">{title}</h2>
        {hint && <span className="text-s text-text-3">{hint}</span>}
        {aside && <span className="ml-auto flex gap-3.5 text-s text-text-2 tabular-nums">{aside}</span>}
      </div>
      {children}
    </section>
  );
}

/** A line of the legend: its colour, its name and its value. */
export function Legend({ color, name, value }: { color?: string; name: string; value: string }) {
  return (
    <span className="flex items-center gap-1.5">
      {color && <i aria-hidden className={`h-0.5 w-2.5 rounded-full ${color}`} />}
      {name} <b className="font-semibold text-text">{value}</b>
    </span>
  );
}
