// The timeline of a subject: one item for each effect of an event. The pane of deliveries shows it.

import { Link } from "wouter";
import { formatCount } from "../../lib/format";
import { Time } from "../../ui/time";
import { effectSentence, evidenceLabel, firstTold, inheritedSentence } from "./effect-labels";
import { StateGlyph } from "./state-glyph";
import type { Effect, Tone } from "./status";
import { capital, stateWord, toneOf } from "./status-labels";

interface EffectListProps {
  effects: readonly Effect[];
  /** The subject's whole timeline, in which the first delivery of a duplicate is looked up. */
  all: readonly Effect[];
  /** The tone of the current state. */
  tone?: Tone;
  /** The delivery that is open, which is marked. */
  current?: string | undefined;
}

/**
 * The effects of events on a subject, in the order in which the events arrived. Those that changed nothing are dimmed.
 */
export function EffectList({ effects, all, tone, current }: EffectListProps) {
  const last = all.findLast(({ to }) => to)?.to;
  return (
    <ol aria-label="Timeline">
      {effects.map((effect, i) => (
        <EffectItem
          // biome-ignore lint/suspicious/noArrayIndexKey: an event can have several effects, and their order is fixed
          key={`${effect.seq} ${effect.event} ${i}`}
          effect={effect}
          first={effect.effect === "duplicate" ? firstTold(all, effect) : undefined}
          tone={tone && effect.to === last ? tone : toneOf(effect.to ?? "")}
          current={effect.delivery !== undefined && effect.delivery === current}
        />
      ))}
    </ol>
  );
}

interface EffectItemProps {
  effect: Effect;
  first: number | undefined;
  tone: Tone;
  current: boolean;
}

function EffectItem({ effect, first, tone, current }: EffectItemProps) {
  const { from, to, type, at, received_at, seq, delivery, inherited } = effect;
  const counts = effect.effect === "applied" || effect.effect === "impossible";
  const moved = counts && to !== undefined && from !== to;
  return (
    <li
      aria-current={current || undefined}
      data-moved={moved}
      className={
        "group relative grid grid-cols-[14px_1fr] gap-x-3 pb-4 last:pb-0 " +
        "aria-[current]:before:absolute aria-[current]:before:-inset-x-2 " +
        "aria-[current]:before:-top-1.5 aria-[current]:before:bottom-2 " +
        "aria-[current]:last:before:-bottom-1.5 aria-[current]:before:rounded-md " +
        "aria-[current]:before:bg-selected aria-[current]:before:content-['']"
      }
    >
      <span aria-hidden className="absolute top-5 bottom-[-3px] left-[6.5px] w-px bg-line-strong group-last:hidden" />
      <span className="relative mt-[3px] grid size-3.5 place-items-center">
        {moved ? (
          <StateGlyph tone={tone} state={to} size={14} />
        ) : (
          <span className="size-1.5 rounded-full bg-line-strong" />
        )}
      </span>
      <div className={`relative min-w-0 ${counts ? "" : "text-text-3"}`}>
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className={moved ? "font-[550]" : ""}>{evidenceLabel(effect)}</span>
          <span className="ml-auto text-s text-text-3">
            <Time at={at} form="second" />
          </span>
        </p>
        <p className={`text-s text-pretty ${counts ? "text-text-2" : ""}`}>
          {moved && effect.effect === "applied"
            ? `${from ? `${capital(stateWord(from))} → ` : ""}${from ? stateWord(to) : capital(stateWord(to))}`
            : effectSentence(effect, first)}
        </p>
        <p className="mt-0.5 flex flex-wrap gap-x-2 text-s text-text-3">
          {delivery && !inherited ? (
            <Link href={`/deliveries/${delivery}?tab=effect`} className="text-beam underline-offset-2 hover:underline">
              #{formatCount(seq)}
            </Link>
          ) : (
            <span>#{formatCount(seq)}</span>
          )}
          {type && <span className="min-w-0 font-mono break-all">{type}</span>}
          <Lag at={at} receivedAt={received_at} />
        </p>
        {inherited && <p className="text-s text-pretty text-text-3">{inheritedSentence}</p>}
      </div>
    </li>
  );
}

/** How long after it happened the event arrived, if that was more than a minute. `before` parts it from other text. */
export function Lag({ at, receivedAt, before = "" }: { at: string; receivedAt: string; before?: string }) {
  const seconds = Math.round((Date.parse(receivedAt) - Date.parse(at)) / 1000);
  if (seconds < 60) return null;
  const words = seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
  return (
    <span>
      {before}received {words} later
    </span>
  );
}
