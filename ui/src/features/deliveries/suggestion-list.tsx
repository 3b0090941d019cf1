// The suggestions below the filter input.

const popup =
  "absolute top-full right-0 left-0 z-30 mt-1 rounded-lg border border-line bg-raised p-1 shadow-(--shadow)";

interface SuggestionListProps {
  /** Id of the list; those of its options begin with it: `id-0`. */
  id: string;
  open: boolean;
  suggestions: readonly string[];
  chosen: number;
  onAccept: (suggestion: string) => void;
}

/** The suggestions. The input keeps the focus and names the chosen one (aria-activedescendant). */
export function SuggestionList({ id, open, suggestions, chosen, onAccept }: SuggestionListProps) {
  return (
    <div id={id} role="listbox" aria-label="Suggestions" hidden={!open} className={popup}>
      {suggestions.map((suggestion, index) => (
        <div
          key={suggestion}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          onPointerDown={(event) => {
            event.preventDefault();
            onAccept(suggestion);
          }}
          className={
            "flex h-7 cursor-pointer items-center rounded-md px-2 font-mono text-s hover:bg-hover " +
            "aria-selected:bg-selected pointer-coarse:h-11"
          }
        >
          {suggestion}
        </div>
      ))}
    </div>
  );
}
