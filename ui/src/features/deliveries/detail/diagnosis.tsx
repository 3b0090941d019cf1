// The diagnosis of a rejected delivery, as the server finds it.

import { useQuery } from "@tanstack/react-query";
import { Stethoscope } from "lucide-react";
import { Link } from "wouter";
import { Reverify } from "../../../entities/endpoint/reverify";
import type { Delivery } from "../../../lib/api";
import { ErrorNote } from "../../../ui/error-note";
import { Skeleton } from "../../../ui/skeleton";
import { NextSteps } from "./next-steps";
import { diagnosisQuery } from "./queries";

interface DiagnosisProps {
  delivery: Delivery;
  /** What to do where no diagnosis can be had. */
  otherwise: readonly string[];
}

/** Why a rejected delivery did not verify, and what to do about it. The server finds the cause by trying. */
export function Diagnosis({ delivery, otherwise }: DiagnosisProps) {
  const { data, error, refetch } = useQuery(diagnosisQuery(delivery.id));
  if (error) {
    return (
      <>
        <ErrorNote title="Could not find out why" error={error} onRetry={() => void refetch()} />
        <NextSteps steps={otherwise} />
      </>
    );
  }
  if (!data) return <Skeleton what="the diagnosis" rows={3} />;
  const [first, ...others] = data.findings;
  if (!first) return null;
  const elsewhere = first.endpoint && first.endpoint !== delivery.endpoint ? first.endpoint : undefined;
  return (
    <section
      aria-label="Diagnosis"
      className="space-y-2 rounded-lg border border-line bg-surface p-3 shadow-[inset_3px_0_var(--beam)]"
    >
      <h3 className="flex items-start gap-2 font-semibold text-pretty">
        <Stethoscope size={15} className="mt-0.5 shrink-0 text-beam" aria-hidden />
        <span className="min-w-0 break-words">{first.summary}</span>
      </h3>
      <p className="text-pretty text-text-2">{first.fix}</p>
      {others.length > 0 && (
        <ul className="list-disc space-y-1 pl-4 text-pretty text-text-2">
          {others.map(({ summary }) => (
            <li key={summary}>{summary}</li>
          ))}
        </ul>
      )}
      <p className="flex flex-wrap gap-x-4 gap-y-1">
        <Link href={`/endpoints/${delivery.endpoint}`} className="text-beam underline-offset-2 hover:underline">
          Open this endpoint’s secrets
        </Link>
        {elsewhere && (
          <Link href={`/endpoints/${elsewhere}`} className="text-beam underline-offset-2 hover:underline">
            Open the one whose secret fits
          </Link>
        )}
      </p>
      <Reverify endpoint={delivery.endpoint} />
    </section>
  );
}
