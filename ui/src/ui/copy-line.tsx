import type { ReactNode } from "react";
import { Copy } from "./copy";

const box = "flex min-h-[38px] min-w-0 items-center gap-2 rounded-lg border border-line bg-surface py-1 pr-1.5 pl-3";

interface CopyLineProps {
  text: string;
  /** What it is: "address". */
  what: string;
  /** More to do with it, after the copy button. */
  children?: ReactNode;
}

/** A line that is there to be copied: an address, a command. */
export function CopyLine({ text, what, children }: CopyLineProps) {
  return (
    <div className={box}>
      <code className="min-w-0 flex-1 truncate font-mono text-[12.5px]" title={text}>
        {text}
      </code>
      <Copy text={text} what={what} />
      {children}
    </div>
  );
}
