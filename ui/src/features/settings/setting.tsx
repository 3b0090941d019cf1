// The layout of the settings screen: groups and rows.

import type { ReactNode } from "react";

const gridRow = "grid min-h-12 grid-cols-[120px_minmax(0,1fr)] items-center gap-4 py-2 max-md:grid-cols-1 max-md:gap-1";

/** A group of settings or facts, with a heading if there are several groups. */
export function Settings({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <section className="px-4">
      {title && <h2 className="pt-6 pb-1 font-semibold">{title}</h2>}
      <dl className="divide-y divide-line">{children}</dl>
    </section>
  );
}

/** One row: name and value. */
export function Setting({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={gridRow}>
      <dt className="text-text-2">{name}</dt>
      <dd className="flex min-w-0 items-center gap-2">{children}</dd>
    </div>
  );
}
