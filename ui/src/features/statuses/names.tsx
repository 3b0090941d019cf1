// The ids by which events name a subject.

import { bareName } from "../../entities/status/status-labels";
import { Copy } from "../../ui/copy";

/**
 * All names of a subject, each with a button that copies it. Copied is the bare id, which is what the provider's own
 * search takes.
 */
export function Names({ names, className = "" }: { names: readonly string[]; className?: string }) {
  return (
    <ul aria-label="Names" className={`flex flex-wrap gap-1.5 ${className}`}>
      {names.map((name) => (
        <li
          key={name}
          className="inline-flex max-w-full items-center rounded-md bg-sunken pl-2 font-mono text-s text-text-2"
        >
          <span className="truncate">{name}</span>
          <Copy text={bareName(name)} what={bareName(name)} small />
        </li>
      ))}
    </ul>
  );
}
