const onApple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

const drawn: Record<string, string> = {
  mod: onApple ? "⌘" : "Ctrl",
  shift: "⇧",
  enter: "↵",
  escape: "esc",
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
};

/** Keys as they are printed on the keyboard: `c`, `mod+k`, `shift+r`; `g d` for one after the other. */
export function Kbd({ keys }: { keys: string }) {
  return keys.split(" ").map((chord) => (
    <kbd
      key={chord}
      className={
        "rounded-sm border border-b-2 border-line-strong bg-surface px-[5px] font-sans text-xs " +
        "leading-4 font-medium whitespace-nowrap text-text-2 not-last:mr-1 pointer-coarse:hidden"
      }
    >
      {printed(chord)}
    </kbd>
  ));
}

function printed(chord: string): string {
  const parts = chord === "+" ? [chord] : chord.split("+");
  const several = parts.length > 1;
  const words = parts.map((part) => drawn[part] ?? (several ? part.toUpperCase() : part));
  return words.join(several && !onApple ? " " : "");
}
