import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";

interface SelectProps extends Omit<ComponentProps<"select">, "children"> {
  choices: readonly Choice[];
}

interface Choice {
  value: string;
  label: string;
}

/** A choice among many. The browser's own list: right on a phone, by keyboard and for screen readers. */
export function Select({ choices, className = "", ...rest }: SelectProps) {
  return (
    <span className={`relative inline-flex ${className}`}>
      <select
        className={
          "h-8 w-full cursor-pointer appearance-none rounded-md border border-line-strong bg-bg pr-7 " +
          "pl-2 text-text aria-invalid:border-bad pointer-coarse:h-10"
        }
        {...rest}
      >
        {choices.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <ChevronDown
        size={14}
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 text-text-3"
      />
    </span>
  );
}
