// The symbol of a state.

import type { ReactElement } from "react";
import type { State, Tone } from "./status";

const circle = <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.3" />;
const pie = (path: string) => (
  <>
    {circle}
    <path d={path} fill="currentColor" />
  </>
);
const lines = (path: string, width: number) => (
  <path d={path} fill="none" stroke="currentColor" strokeWidth={width} strokeLinecap="round" />
);

const disc = <circle cx="5" cy="5" r="4" fill="currentColor" />;
const half = pie("M5 1.4a3.6 3.6 0 0 1 0 7.2z");
const quarter = pie("M5 5V1.4A3.6 3.6 0 0 1 8.6 5z");
const threeQuarters = pie("M5 5V1.4A3.6 3.6 0 1 1 1.4 5z");
const triangle = <path d="M5 .8 9.6 9.2H.4z" fill="currentColor" />;
const cross = lines("m2 2 6 6m0-6-6 6", 1.6);
const bar = lines("M1.5 5h7", 1.8);
const struck = (
  <>
    {circle}
    {lines("m2.6 7.4 4.8-4.8", 1.3)}
  </>
);
const lock = (
  <>
    <rect x="1.7" y="4.2" width="6.6" height="5" rx="1" fill="currentColor" />
    {lines("M3.2 4.200V3a1.8 1.8 0 0 1 3.6 0v1.2", 1.3)}
  </>
);
const dashed = (
  <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.3" strokeDasharray="2 1.770" />
);

const byTone: Record<Tone, { colour: string; shape: ReactElement }> = {
  pending: { colour: "text-off", shape: circle },
  active: { colour: "text-note", shape: half },
  success: { colour: "text-ok", shape: disc },
  warning: { colour: "text-wait", shape: triangle },
  failure: { colour: "text-bad", shape: cross },
  neutral: { colour: "text-off", shape: bar },
};

/** States whose shape says more than that of their tone. Every shape differs from all others, also without colour. */
const byState: Record<State, { colour: string; shape: ReactElement }> = {
  partially_paid: { colour: "text-wait", shape: quarter },
  partially_refunded: { colour: "text-wait", shape: threeQuarters },
  partially_fulfilled: { colour: "text-note", shape: quarter },
  authorized: { colour: "text-note", shape: lock },
  canceled: { colour: "text-off", shape: struck },
  expired: { colour: "text-off", shape: struck },
  ambiguous: { colour: "text-wait", shape: dashed },
};

interface StateGlyphProps {
  tone: Tone;
  /** Gives the shape of the state in place of that of its tone. */
  state?: State | undefined;
  size?: number;
}

/** The symbol of a state, never alone: the name of the state stands beside it. */
export function StateGlyph({ tone, state, size = 10 }: StateGlyphProps) {
  const { colour, shape } = byState[state ?? ""] ?? byTone[tone] ?? byTone.neutral;
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 10 10" className={`shrink-0 ${colour}`}>
      {shape}
    </svg>
  );
}
