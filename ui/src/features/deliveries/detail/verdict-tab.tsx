// The tab that explains the verdict of a delivery.

import { Check as CheckIcon, Minus, TriangleAlert, X } from "lucide-react";
import { Link } from "wouter";
import { VerdictGlyph } from "../../../entities/delivery/verdict-glyph";
import type { DeliveryDetail, Endpoint } from "../../../lib/api";
import { Batch } from "./batch";
import { ConfirmVisit } from "./confirm-visit";
import { Diagnosis } from "./diagnosis";
import { type Check, explainVerdict } from "./explain-verdict";
import { NextSteps } from "./next-steps";
import { Redeliveries } from "./redeliveries";

const marks = {
  passed: { icon: <CheckIcon size={13} className="text-ok" aria-hidden />, word: "Passed" },
  failed: { icon: <X size={13} className="text-bad" aria-hidden />, word: "Failed" },
  noticed: {
    icon: <span className="size-2.5 rounded-full border border-dashed border-off" aria-hidden />,
    word: "Noticed",
  },
  skipped: { icon: <Minus size={13} className="text-text-3" aria-hidden />, word: "Not checked" },
} satisfies Record<Check["outcome"], unknown>;

interface VerdictTabProps {
  delivery: DeliveryDetail;
  /** As it is today; absent where it was deleted. */
  endpoint: Endpoint | undefined;
}

/** What was checked, why the verdict is what it is, and what to do next. */
export function VerdictTab({ delivery, endpoint }: VerdictTabProps) {
  const { title, meaning, checks, next } = explainVerdict(delivery, endpoint);
  const damaged = delivery.integrity === "damaged";
  const rejected = delivery.verdict === "rejected" && !damaged;
  return (
    <div className="min-h-0 flex-1 space-y-4 overflow-y-auto p-4">
      <div>
        <h3 className="flex items-center gap-2 font-semibold">
          {damaged ? (
            <TriangleAlert size={13} className="shrink-0 text-bad" aria-hidden />
          ) : (
            <VerdictGlyph verdict={delivery.verdict} duplicate={!!delivery.duplicate_of} silent />
          )}
          {title}
        </h3>
        <p className="mt-1 text-pretty text-text-2">{meaning}</p>
      </div>
      {delivery.confirm_url && !damaged && <ConfirmVisit id={delivery.id} url={delivery.confirm_url} />}
      {rejected && <Diagnosis delivery={delivery} otherwise={next} />}
      <dl className="divide-y divide-line rounded-lg border border-line bg-surface">
        {checks.map((check) => (
          <div key={check.name} className="grid grid-cols-[96px_1fr] gap-3 px-3 py-2">
            <dt className="text-text-2">{check.name}</dt>
            <dd className="flex min-w-0 items-start gap-2">
              <span className="mt-[3px] grid size-[13px] shrink-0 place-items-center">{marks[check.outcome].icon}</span>
              <span className="min-w-0 break-words">
                <span className="sr-only">{marks[check.outcome].word}: </span>
                {check.text}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      {delivery.batch && !damaged && <Batch events={delivery.batch} />}
      {!damaged && <Redeliveries delivery={delivery} />}
      {!rejected && <NextSteps steps={next} />}
      {endpoint ? (
        <Link href={`/endpoints/${endpoint.id}`} className="inline-block text-beam underline-offset-2 hover:underline">
          Open the endpoint “{endpoint.name}”
        </Link>
      ) : (
        <p className="text-text-3">Its endpoint was deleted since.</p>
      )}
    </div>
  );
}
