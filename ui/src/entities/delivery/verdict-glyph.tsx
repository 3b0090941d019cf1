// The symbol of a verdict, in lists, details and notes.

import type { ReactElement } from "react";

interface VerdictGlyphProps {
  verdict: "verified" | "unsigned" | "rejected";
  /** It repeats an event that came before. */
  duplicate?: boolean;
  /** The word stands beside it already. */
  silent?: boolean;
}

const shapes: Record<string, { word: string; colour: string; shape: ReactElement }> = {
  verified: { word: "Verified", colour: "text-ok", shape: <circle cx="5" cy="5" r="4" fill="currentColor" /> },
  unsigned: {
    word: "Unsigned",
    colour: "text-text-3",
    shape: <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.3" />,
  },
  rejected: {
    word: "Rejected",
    colour: "text-bad",
    shape: <path d="m2 2 6 6m0-6-6 6" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />,
  },
  duplicate: {
    word: "Verified, a duplicate",
    colour: "text-off",
    shape: (
      <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.2" strokeDasharray="1.4 1.43" />
    ),
  },
};

/** Each verdict has its own shape, not only a colour: a disc, a ring or a cross; a duplicate has a broken ring. */
export function VerdictGlyph({ verdict, duplicate = false, silent = false }: VerdictGlyphProps) {
  const glyph = shapes[duplicate && verdict === "verified" ? "duplicate" : verdict];
  if (!glyph) return null;
  return (
    <svg
      role="img"
      aria-hidden={silent}
      aria-label={glyph.word}
      width="10"
      height="10"
      viewBox="0 0 10 10"
      className={`shrink-0 ${glyph.colour}`}
    >
      {glyph.shape}
    </svg>
  );
}
