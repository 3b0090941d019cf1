import type { ComponentProps } from "react";

interface InputProps extends ComponentProps<"input"> {
  /** For addresses, secrets and codes. */
  mono?: boolean;
}

/** A line to type in. */
export function Input({ mono = false, className = "", ...rest }: InputProps) {
  return (
    <input
      className={
        "h-8 w-full min-w-0 rounded-md border border-line-strong bg-bg px-2 text-text " +
        "placeholder:text-text-3 aria-invalid:border-bad pointer-coarse:h-10 " +
        `pointer-coarse:text-base ${mono ? "font-mono text-s" : ""} ${className}`
      }
      {...rest}
    />
  );
}
