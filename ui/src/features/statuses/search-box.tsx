// The search input of the statuses screen.

import { Search, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useKeys } from "../../lib/keys";
import { Kbd } from "../../ui/kbd";

interface SearchBoxProps {
  /** The words in the URL. */
  words: string;
  /** Is called once after a pause, not for every letter. */
  onWords: (words: string) => void;
}

/** The search starts so long after the last letter. */
const pauseMs = 250;

/**
 * Searches statuses by order number, amount, customer's e-mail address or id. What is typed is searched after a pause,
 * and then stands in the URL. The URL may change without it, by “back” or a chip, and then the input follows.
 */
export function SearchBox({ words, onWords }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(words);
  const [sent, setSent] = useState(words);
  const search = useRef(onWords);
  search.current = onWords;
  if (words !== sent) {
    // The URL was changed elsewhere.
    setSent(words);
    setTyped(words);
  }
  useEffect(
    function searchAfterAPause() {
      if (typed.trim() === sent) return;
      const timer = setTimeout(() => {
        setSent(typed.trim());
        search.current(typed.trim());
      }, pauseMs);
      return () => clearTimeout(timer);
    },
    [typed, sent],
  );
  useKeys({ "/": { label: "Search", run: () => input.current?.focus() } }, { group: "Statuses" });
  const press = ({ key, currentTarget }: KeyboardEvent<HTMLInputElement>) => {
    if (key === "Escape" && typed === "") currentTarget.blur();
    else if (key === "Escape") setTyped("");
  };
  return (
    <search
      className={
        "flex h-7 min-w-0 flex-1 items-center gap-1.5 rounded-md border border-line-strong bg-bg " +
        "px-2 focus-within:border-beam md:ml-auto md:max-w-[360px] pointer-coarse:h-10"
      }
    >
      <Search size={13} className="shrink-0 text-text-3" aria-hidden />
      <input
        ref={input}
        aria-label="Search"
        value={typed}
        placeholder="Reference, amount, email or id …"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={press}
        className="min-w-12 flex-1 bg-transparent outline-none placeholder:text-text-3 pointer-coarse:text-base"
      />
      {typed && (
        <button
          type="button"
          aria-label="Clear search"
          onClick={() => setTyped("")}
          className="grid size-5 cursor-pointer place-items-center text-text-3 hover:text-text"
        >
          <X size={13} aria-hidden />
        </button>
      )}
      <span className="pointer-coarse:hidden">
        <Kbd keys="/" />
      </span>
    </search>
  );
}
