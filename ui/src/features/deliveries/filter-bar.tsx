// The filter of the deliveries screen: chips and an input with suggestions.

import { Search } from "lucide-react";
import { type PointerEvent, useId, useRef } from "react";
import { type TermKey, termKeys } from "../../entities/delivery/filter";
import { useKeys } from "../../lib/keys";
import { Kbd } from "../../ui/kbd";
import { FilterChip } from "./filter-chip";
import { SuggestionList } from "./suggestion-list";
import type { Terms } from "./terms";
import { useFilterInput } from "./use-filter-input";

interface FilterBarProps {
  terms: Terms;
  onTerm: (key: TermKey, value: string | undefined) => void;
}

/** The filter as chips, and an input with suggestions that adds terms. */
export function FilterBar({ terms, onTerm }: FilterBarProps) {
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const { typed, problem, suggestions, open, chosen, write, accept, setOpen, press } = useFilterInput(terms, onTerm);
  const chips = termKeys.flatMap((key) => (terms[key] ? [{ key, term: `${key}:${terms[key]}` }] : []));
  useKeys({ "/": { label: "Filter", run: () => input.current?.focus() } }, { group: "Deliveries" });
  const pressBeside = (event: PointerEvent) => {
    if (event.target !== event.currentTarget) return;
    event.preventDefault();
    input.current?.focus();
  };

  return (
    <search className="relative min-w-0 flex-1 md:ml-auto md:max-w-[440px]">
      <div
        onPointerDown={pressBeside}
        className={
          "flex h-7 cursor-text items-center gap-1.5 overflow-hidden rounded-md border bg-bg px-2 " +
          "focus-within:border-beam pointer-coarse:h-10 " +
          (problem ? "border-bad" : "border-line-strong")
        }
      >
        <Search size={13} className="shrink-0 text-text-3" aria-hidden />
        {chips.map(({ key, term }) => (
          <FilterChip key={key} term={term} onRemove={() => onTerm(key, undefined)} />
        ))}
        <input
          ref={input}
          role="combobox"
          aria-label="Filter"
          aria-expanded={open}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={open && chosen >= 0 ? `${list}-${chosen}` : undefined}
          aria-invalid={problem}
          value={typed}
          placeholder={chips.length > 0 ? "" : "Filter …"}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => write(event.target.value)}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={press}
          className={
            "min-w-12 flex-1 bg-transparent font-mono text-s outline-none placeholder:font-sans " +
            "placeholder:text-m placeholder:text-text-3 pointer-coarse:text-base"
          }
        />
        <span className="pointer-coarse:hidden">
          <Kbd keys="/" />
        </span>
      </div>
      {problem && <Hint />}
      <SuggestionList id={list} open={open} suggestions={suggestions} chosen={chosen} onAccept={accept} />
    </search>
  );
}

/** What can be typed, for whoever typed something else. */
function Hint() {
  return (
    <p
      role="alert"
      className={
        "absolute top-full right-0 left-0 z-30 mt-1 rounded-md border border-bad bg-raised px-3 py-2 " +
        "text-s shadow-(--shadow)"
      }
    >
      Filter by <code className="font-mono">endpoint:</code>, <code className="font-mono">verdict:</code> or{" "}
      <code className="font-mono">method:</code>, such as <code className="font-mono">verdict:rejected</code>.
    </p>
  );
}
