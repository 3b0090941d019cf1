// The symbol of a state, by its tone.

import type { ReactElement } from "react";
import type { Tone } from "./status";

const ring = <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.3" />;

const shapes: Record<Tone, { colour: string; shape: ReactElement }> = {
  pending: { colour: "text-off", shape: ring },
  active: {
    colour: "text-note",
    shape: (
      <>
        {ring}
        <path d="M5 1.4a3.600 3.600 0 0 1 0 7.200z" fill="currentColor" />
      </>
    ),
  },
  success: { colour: "text-ok", shape: <circle cx="5" cy="5" r="4" fill="currentColor" /> },
  warning: { colour: "text-wait", shape: <path d="M5 .8 9.600 9.200H.4z" fill="currentColor" /> },
  failure: {
    colour: "text-bad",
    shape: <path d="m2 2 6 6m0-6-6 6" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />,
  },
  neutral: {
    colour: "text-off",
    shape: <path d="M1.500 5h7" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />,
  },
};

/** Each tone has its own shape, not only a colour. The name of the state stands beside it. */
export function StateGlyph({ tone, size = 10 }: { tone: Tone; size?: number }) {
  const { colour, shape } = shapes[tone] ?? shapes.neutral;
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 10 10" className={`shrink-0 ${colour}`}>
      {shape}
    </svg>
  );
}
