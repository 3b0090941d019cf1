// The form that notes that a person looked at a status, and what it says afterwards.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { statusKeys } from "../../entities/status/queries";
import type { StatusDetail } from "../../entities/status/status";
import { stateWord } from "../../entities/status/status-labels";
import { api, unwrap } from "../../lib/api";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Input } from "../../ui/input";
import { Time } from "../../ui/time";
import { statuses } from "./statuses";

/** The body of the request: `cleared` takes the mark off, or puts it back. */
interface Decision {
  cleared: boolean;
  note?: string;
}

/** Sends what a person decided, and shows the status as it is then. */
function useReview(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: Decision) =>
      unwrap(await api.POST("/statuses/{id}/review", { params: { path: { id } }, body })),
    onSuccess: (status) => {
      client.setQueryData<StatusDetail>(statusKeys.one(id), status);
      // The live connection says so as well, to every dashboard. This one need not wait for that.
      statuses.applyUpdates([{ kind: "status", status }]);
      void client.invalidateQueries({ queryKey: statusKeys.counts });
    },
  });
}

/**
 * Takes the mark off a status, with a note for others. The reasons stay in its history, and a reason that comes later
 * marks it again. It is for what no event will settle, such as a difference that was agreed with the customer.
 */
export function ReviewForm({ id }: { id: string }) {
  const [note, setNote] = useState("");
  const review = useReview(id);
  const send = (event: FormEvent) => {
    event.preventDefault();
    const text = note.trim();
    review.mutate({ cleared: true, ...(text && { note: text }) });
  };
  return (
    <form onSubmit={send} className="flex flex-wrap gap-2">
      <Input
        aria-label="Note"
        placeholder="What you found (optional)"
        value={note}
        maxLength={500}
        onChange={(change) => setNote(change.target.value)}
        className="min-w-40 flex-1"
      />
      <Button type="submit" disabled={review.isPending} className="min-h-8 pointer-coarse:min-h-10">
        Mark as reviewed
      </Button>
      {review.error && <ErrorNote title="Could not mark it as reviewed" error={review.error} />}
    </form>
  );
}

/** Who looked at a status, for which reasons, and what they noted. Undo puts the mark back for everyone. */
export function Reviewed({ status: { id, reviewed } }: { status: StatusDetail }) {
  const review = useReview(id);
  if (!reviewed) return null;
  return (
    <div className="mt-3 flex flex-wrap items-center gap-x-3 gap-y-1">
      <p className="min-w-0 flex-1 text-pretty break-words text-text-2">
        Reviewed by {reviewed.by}, <Time at={reviewed.at} form="second" />: {reviewed.review.map(stateWord).join(", ")}.
        {reviewed.note && ` “${reviewed.note}”`}
      </p>
      <Button variant="quiet" onClick={() => review.mutate({ cleared: false })} disabled={review.isPending}>
        Undo
      </Button>
      {review.error && <ErrorNote title="Could not undo the review" error={review.error} />}
    </div>
  );
}
