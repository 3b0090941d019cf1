// The tab with the effects of a delivery on statuses.

import { Link } from "wouter";
import { effectSentence, evidenceLabel } from "../../../entities/status/effect-labels";
import { StateGlyph } from "../../../entities/status/state-glyph";
import type { Effect } from "../../../entities/status/status";
import { capital, titleOf, toneOf } from "../../../entities/status/status-labels";
import type { DeliveryDetail } from "../../../lib/api";

interface EffectTabProps {
  delivery: DeliveryDetail;
  effects: readonly Effect[];
}

/** Which statuses the delivery changed, and why it did not change others. */
export function EffectTab({ delivery, effects }: EffectTabProps) {
  return (
    <div className="min-h-0 flex-1 space-y-3 overflow-y-auto p-4">
      {effects.length === 0 ? (
        <p className="text-pretty text-text-2">{nothing(delivery)}</p>
      ) : (
        <ol aria-label="Effects" className="space-y-2">
          {effects.map((effect, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: their order is the delivery's and never changes
            <li key={i} className="flex items-start gap-2.5 rounded-lg border border-line bg-surface px-3 py-2.5">
              <span className="mt-1 grid">
                <StateGlyph
                  tone={moves(effect) ? toneOf(effect.to ?? "") : effect.effect === "too_much" ? "warning" : "neutral"}
                  size={12}
                />
              </span>
              <div className="min-w-0 flex-1">
                <p className={`text-pretty ${moves(effect) ? "font-[550]" : "text-text-2"}`}>
                  {effectSentence(effect, delivery.duplicate_of)}
                </p>
                {effect.effect !== "too_much" && (
                  <p className="mt-0.5 text-s break-words text-text-2">
                    {evidenceLabel(effect)}.{" "}
                    <Link href={`/statuses/${effect.status}`} className="text-beam underline underline-offset-2">
                      {capital(effect.kind)} {titleOf(effect)}
                    </Link>
                  </p>
                )}
              </div>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

const moves = ({ effect, from, to }: Effect) => (effect === "applied" || effect === "impossible") && from !== to;

function nothing({ verdict, duplicate_of }: DeliveryDetail): string {
  if (verdict === "rejected") return "A rejected delivery moves nothing. Released, it counts like any other.";
  if (duplicate_of) return "It repeats an event that tells of no subject.";
  return "It tells of no payment, order, run or deployment, so it moved nothing.";
}
