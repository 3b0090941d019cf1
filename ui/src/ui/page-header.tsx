import type { ReactNode } from "react";

interface PageHeaderProps {
  title: string;
  /** What belongs beside the title, left to right. */
  children?: ReactNode;
}

/** The bar on top of a screen: its title, its state, and what can be done with it. */
export function PageHeader({ title, children }: PageHeaderProps) {
  return (
    <header className="flex h-(--header) shrink-0 items-center gap-3 border-b border-line bg-surface px-4">
      <h1 className="text-[14px] font-semibold tracking-[-.005em]">{title}</h1>
      {children}
    </header>
  );
}
