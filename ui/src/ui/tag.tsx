import type { ReactNode } from "react";

const tones = {
  ok: "bg-ok-soft text-ok",
  wait: "bg-wait-soft text-wait",
  bad: "bg-bad-soft text-bad",
  note: "bg-note-soft text-note",
  off: "bg-off-soft text-text-2",
};

/** A state in a word or two. The word says it; the colour only helps to find it. */
export function Tag({ tone = "off", children }: { tone?: keyof typeof tones; children: ReactNode }) {
  return (
    <span className={`inline-block max-w-full truncate rounded-sm px-1.5 text-xs leading-[18px] ${tones[tone]}`}>
      {children}
    </span>
  );
}
