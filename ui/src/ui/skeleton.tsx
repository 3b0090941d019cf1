interface SkeletonProps {
  rows?: number;
  /** What is awaited: "deliveries". */
  what: string;
}

/** Rows that stand for what is on its way. They show only when it takes longer than 300 ms. */
export function Skeleton({ rows = 8, what }: SkeletonProps) {
  return (
    <div role="status" aria-label={`Loading ${what}`} className="animate-appear-late">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move
        <div key={row} className="flex h-(--row) items-center gap-3 px-4">
          <span className="h-2 w-20 rounded-full bg-hover" />
          <span
            className={`h-2 rounded-full bg-hover ${row % 3 === 0 ? "w-2/5" : row % 3 === 1 ? "w-3/5" : "w-1/2"}`}
          />
        </div>
      ))}
    </div>
  );
}
