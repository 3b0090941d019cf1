// One term of the filter as a chip.

import { X } from "lucide-react";

interface FilterChipProps {
  /** `verdict:rejected` */
  term: string;
  onRemove: () => void;
}

/** One term of the filter. A click removes it. */
export function FilterChip({ term, onRemove }: FilterChipProps) {
  return (
    <button
      type="button"
      aria-label={`Remove ${term}`}
      onClick={onRemove}
      className={
        "flex max-w-48 shrink-0 cursor-pointer items-center gap-1 rounded-sm bg-beam-soft px-1.5 " +
        "font-mono text-s leading-5 font-medium text-beam-strong hover:line-through " +
        "pointer-coarse:leading-7"
      }
    >
      <span className="truncate">{term}</span>
      <X size={11} className="shrink-0" aria-hidden />
    </button>
  );
}
