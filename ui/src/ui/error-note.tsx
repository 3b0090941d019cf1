import { TriangleAlert } from "lucide-react";
import { Button } from "./button";

interface ErrorNoteProps {
  /** What did not work: "Could not load the endpoints". */
  title: string;
  error?: unknown;
  onRetry?: () => void;
}

/** Says what went wrong and what to do next. */
export function ErrorNote({ title, error, onRetry }: ErrorNoteProps) {
  const detail = error instanceof Error ? error.message : undefined;
  return (
    <div role="alert" className="m-4 flex items-start gap-3 rounded-lg border border-line bg-bad-soft p-3">
      <TriangleAlert size={15} className="mt-0.5 shrink-0 text-bad" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="font-[550] text-text">{title}</p>
        {detail && <p className="mt-0.5 break-words text-text-2">{detail}</p>}
      </div>
      {onRetry && (
        <Button className="bg-surface" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
