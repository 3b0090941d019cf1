// The tab with the timelines of the subjects that a delivery is about.

import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { EffectList } from "../../../entities/status/effect-list";
import { statusQuery } from "../../../entities/status/queries";
import { StateGlyph } from "../../../entities/status/state-glyph";
import { capital, kindWords, stateWord, titleOf } from "../../../entities/status/status-labels";
import { formatAmount } from "../../../lib/amount";
import type { DeliveryDetail } from "../../../lib/api";
import { ErrorNote } from "../../../ui/error-note";
import { Skeleton } from "../../../ui/skeleton";

interface SubjectTabProps {
  delivery: DeliveryDetail;
  /** The ids of the statuses of its subjects. */
  statuses: readonly string[];
}

/** How many subjects are shown: a batch can be about hundreds. */
const most = 5;

/** The timelines of the subjects that the delivery is about. The delivery is marked in them. */
export function SubjectTab({ delivery, statuses }: SubjectTabProps) {
  return (
    <div className="min-h-0 flex-1 space-y-6 overflow-y-auto p-4">
      {statuses.slice(0, most).map((id) => (
        <Subject key={id} id={id} delivery={delivery} />
      ))}
      {statuses.length > most && (
        <p className="text-text-3">It tells of {statuses.length - most} more. Its effects list them all.</p>
      )}
    </div>
  );
}

function Subject({ id, delivery }: { id: string; delivery: DeliveryDetail }) {
  const { data, error, isPending, refetch } = useQuery(statusQuery(id));
  if (isPending) return <Skeleton what="the subject" rows={4} />;
  if (!data) return <ErrorNote title="Could not show this subject" error={error} onRetry={() => void refetch()} />;
  const { kind, state, tone, amount, currency, timeline } = data;
  return (
    <section>
      <h3 className="mb-3 flex flex-wrap items-center gap-x-2">
        <StateGlyph tone={tone} size={12} />
        <Link href={`/statuses/${data.id}`} className="font-semibold text-beam underline-offset-2 hover:underline">
          {capital(kindWords(kind).one)} {titleOf(data)}
        </Link>
        <span className="text-text-2">
          {stateWord(state)}
          {amount ? `, ${formatAmount(amount, currency)}` : ""}
        </span>
      </h3>
      <EffectList effects={timeline} all={timeline} tone={tone} current={delivery.id} />
    </section>
  );
}
