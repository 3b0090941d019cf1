import type { ReactNode } from "react";

interface EmptyProps {
  title: string;
  text?: string;
  /** What to do about it. */
  children?: ReactNode;
}

/** A place where nothing is yet, and what to do about it. */
export function Empty({ title, text, children }: EmptyProps) {
  return (
    <div className="grid place-items-center px-6 py-12 text-center">
      <div className="flex max-w-96 flex-col items-center gap-2">
        <h2 className="text-l font-semibold">{title}</h2>
        {text && <p className="text-pretty text-text-2">{text}</p>}
        {children && <div className="mt-2 flex gap-2">{children}</div>}
      </div>
    </div>
  );
}
