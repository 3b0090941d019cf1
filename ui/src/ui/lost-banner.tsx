import { describeState, stateLabel } from "../lib/live/describe";
import { live } from "../lib/live/live";
import { useLiveState } from "../lib/live/use-live";
import { useNow } from "../lib/use-now";

/** Says across the whole width that the connection is lost: what is shown may be old. */
export function LostBanner() {
  const state = useLiveState();
  const now = useNow(state.kind === "offline");
  if (state.kind !== "offline") return null;
  const { word, rest } = stateLabel(state);
  return (
    <div role="alert" className="flex min-h-9 shrink-0 items-center gap-3 bg-bad px-4 py-1 text-surface max-md:text-s">
      <p className="min-w-0 flex-1">
        <b className="font-semibold">
          {word}
          {rest}.
        </b>{" "}
        <span aria-hidden>{describeState(state, now)}</span>
      </p>
      <button
        type="button"
        onClick={() => live.wake({ suspect: true })}
        className={
          "h-6 shrink-0 cursor-pointer rounded-md border border-surface/50 px-2.5 text-s font-[550] " +
          "hover:bg-surface hover:text-bad focus-visible:outline-surface pointer-coarse:h-9"
        }
      >
        Retry
      </button>
    </div>
  );
}
