// The state and the keys of the filter input.

import { type KeyboardEvent, useState } from "react";
import { type TermKey, termKeys } from "../../entities/delivery/filter";
import { useEndpoints } from "../../entities/endpoint/queries";
import { readTerm, suggest, type Terms } from "./terms";

/** The input for a term, and its suggestions. */
export interface FilterInput {
  typed: string;
  /** What was typed and entered is no term. */
  problem: boolean;
  suggestions: readonly string[];
  /** The suggestions are shown. */
  open: boolean;
  /** The suggestion that enter takes; -1 for none. */
  chosen: number;
  write(text: string): void;
  /** Takes a whole term, or begins one: `verdict:`. */
  accept(text: string): void;
  setOpen(open: boolean): void;
  press(event: KeyboardEvent<HTMLInputElement>): void;
}

export function useFilterInput(terms: Terms, onTerm: (key: TermKey, value: string | undefined) => void): FilterInput {
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const [problem, setProblem] = useState(false);
  const suggestions = suggest(typed, useEndpoints().data ?? [], terms);
  const last = termKeys.findLast((key) => terms[key] !== undefined);

  const write = (text: string) => {
    setTyped(text);
    setChosen(-1);
    setProblem(false);
    setOpen(true);
  };
  const accept = (text: string) => {
    const term = readTerm(text);
    if (!term) return text.endsWith(":") ? write(text) : setProblem(text.trim() !== "");
    onTerm(term.key, term.value);
    write("");
    setOpen(false);
  };
  const step = (by: number) => {
    setOpen(true);
    if (open && suggestions.length > 0)
      setChosen((Math.max(chosen, by < 0 ? 0 : -1) + by + suggestions.length) % suggestions.length);
  };
  const keys: Record<string, (event: KeyboardEvent<HTMLInputElement>) => void> = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => accept(suggestions[chosen] ?? completed(typed, suggestions)),
    Escape: ({ currentTarget }) => (typed === "" ? currentTarget.blur() : write("")),
  };
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    const run = keys[event.key];
    if (run) event.preventDefault();
    run?.(event);
    if (event.key === "Backspace" && typed === "" && last) onTerm(last, undefined);
  };
  return {
    typed,
    problem,
    suggestions,
    open: open && !problem && suggestions.length > 0,
    chosen,
    write,
    accept,
    setOpen,
    press,
  };
}

/** What was typed, completed where only one thing can be meant. */
function completed(typed: string, suggestions: readonly string[]): string {
  if (readTerm(typed) || typed.trim() === "" || suggestions.length !== 1) return typed;
  return suggestions[0] ?? typed;
}
