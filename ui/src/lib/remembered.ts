import { useState } from "react";

const prefix = "hookbeam.";

/** A number of this viewer's browser, such as a pane's width, kept from visit to visit. */
export function useRememberedNumber(name: string, initial: number): [number, (next: number) => void] {
  const [value, setValue] = useState(() => read(name) ?? initial);
  const remember = (next: number) => {
    setValue(next);
    try {
      localStorage.setItem(prefix + name, String(next));
    } catch {
      // a browser that keeps nothing still shows the page
    }
  };
  return [value, remember];
}

function read(name: string): number | undefined {
  try {
    const kept = Number.parseFloat(localStorage.getItem(prefix + name) ?? "");
    return Number.isFinite(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}
