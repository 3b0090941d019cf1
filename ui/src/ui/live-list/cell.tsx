import type { ReactNode } from "react";

/** One cell of a row. The space at its end keeps cells apart where a row is copied as text. */
export function Cell({ className, children }: { className: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table's row cannot be placed where it is seen
    // biome-ignore lint/a11y/useFocusableInteractive: the row takes the focus
    <span role="gridcell" className={className}>
      {children}{" "}
    </span>
  );
}
