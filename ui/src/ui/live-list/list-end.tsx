import { formatCount } from "../../lib/format";
import type { ListView } from "../../lib/list-source";
import { Button } from "../button";

interface ListEndProps {
  below: ListView["below"];
  count: number;
  /** What the list has, such as "deliveries". */
  many: string;
  onRetry: () => void;
}

/** What stands below the last row. */
export function ListEnd({ below, count, many, onRetry }: ListEndProps) {
  if (below === "nothing") return null;
  return (
    <div className="flex h-10 items-center justify-center gap-2 px-4 text-s text-text-3">
      {below === "failed" && (
        <>
          Older {many} could not be loaded. <Button onClick={onRetry}>Try again</Button>
        </>
      )}
      {(below === "loading" || below === "more") && <span className="animate-appear-late">Looking further back …</span>}
      {below === "no-room" && `These are the newest ${formatCount(count)}. Filter to look further back.`}
    </div>
  );
}
