// The results of a mapping that was tried on past deliveries.

import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { StateGlyph } from "../../entities/status/state-glyph";
import { stateWord, toneOf } from "../../entities/status/status-labels";
import type { MappingTrial } from "../../entities/status/status-rules";
import { formatAmount } from "../../lib/amount";
import { formatCount } from "../../lib/format";
import { Button } from "../../ui/button";

interface OwnStatusesTryProps {
  result: MappingTrial;
  /** The values that the form has a meaning for. */
  known: readonly string[];
  /** The form was changed after the trial. */
  stale: boolean;
  onAdd: (value: string) => void;
}

/** What the mapping finds in past deliveries. */
export function OwnStatusesTry({ result, known, stale, onAdd }: OwnStatusesTryProps) {
  const { examined, matched, failed, states, examples, errors } = result;
  const ofThem = `${formatCount(matched)} matched, ${counted(states.length, "state")}`;
  const found = `Of the last ${formatCount(examined)}: ${ofThem}`;
  return (
    <div className={`flex flex-col gap-3 ${stale ? "opacity-70" : ""}`}>
      <p role="status" className="font-[550]">
        {found}
        {failed > 0 && `, ${formatCount(failed)} failed`}.{stale && " It was changed since: try it again."}
      </p>
      <Part title="States" any={states.length > 0}>
        {states.map(({ value, state, count }) => (
          <li key={value} className="flex items-center gap-2 px-3 py-1.5">
            <code className="min-w-0 truncate font-mono text-s">{value}</code>
            <span aria-hidden className="text-text-3">
              →
            </span>
            <StateGlyph tone={toneOf(state)} />
            {state ? stateWord(state) : <span className="text-wait">nothing</span>}
            <span className="ml-auto text-s text-text-3 tabular-nums">{formatCount(count)}</span>
            {!known.includes(value) && (
              <Button onClick={() => onAdd(value)}>
                <Plus size={13} aria-hidden /> Add<span className="sr-only"> a meaning of {value}</span>
              </Button>
            )}
          </li>
        ))}
      </Part>
      <Part title="Examples" any={examples.length > 0}>
        {examples.map(({ delivery, seq, subject, state, reference, amount, currency }) => (
          <li key={delivery} className="flex items-baseline gap-2 px-3 py-1.5">
            <DeliveryLink delivery={delivery} seq={seq} />
            <span className="min-w-0 truncate font-mono text-s">{subject}</span>
            <span className="min-w-0 flex-1 truncate text-text-2">
              {[stateWord(state), reference, amount ? formatAmount(amount, currency) : ""].filter(Boolean).join(" · ")}
            </span>
          </li>
        ))}
      </Part>
      <Part title="What went wrong" any={errors.length > 0}>
        {errors.map(({ delivery, seq, error }) => (
          <li key={delivery} className="flex items-baseline gap-2 px-3 py-1.5">
            <DeliveryLink delivery={delivery} seq={seq} />
            <span className="min-w-0 flex-1 break-words text-bad">{error}</span>
          </li>
        ))}
      </Part>
    </div>
  );
}

const counted = (n: number, noun: string) => `${formatCount(n)} ${noun}${n === 1 ? "" : "s"}`;

function DeliveryLink({ delivery, seq }: { delivery: string; seq: number }) {
  return (
    <Link
      href={`/deliveries/${delivery}`}
      className="shrink-0 text-s text-beam tabular-nums underline-offset-2 hover:underline"
    >
      #{formatCount(seq)}
    </Link>
  );
}

function Part({ title, any, children }: { title: string; any: boolean; children: ReactNode }) {
  if (!any) return null;
  return (
    <section>
      <h4 className="text-s font-[550] text-text-2">{title}</h4>
      <ul aria-label={title} className="mt-1 divide-y divide-line rounded-lg border border-line bg-surface">
        {children}
      </ul>
    </section>
  );
}
