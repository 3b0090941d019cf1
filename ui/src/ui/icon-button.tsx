import type { ComponentProps, ReactNode } from "react";
import { Tooltip } from "./tooltip";

interface IconButtonProps extends Omit<ComponentProps<"button">, "aria-label" | "children"> {
  /** Says what it does: read aloud, and shown on hover and focus. */
  label: string;
  /** The key that does the same, such as `[`. */
  keys?: string;
  icon: ReactNode;
}

/** A button of one icon. */
export function IconButton({ label, keys, icon, className = "", ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} keys={keys} repeats>
      <button
        type="button"
        aria-label={label}
        className={
          "inline-grid size-7 shrink-0 cursor-pointer place-items-center rounded-md text-text-2 " +
          "transition-colors duration-(--quick) hover:bg-hover hover:text-text pointer-coarse:size-10 " +
          className
        }
        {...rest}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
