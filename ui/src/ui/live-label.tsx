import { describeState, stateLabel } from "../lib/live/describe";
import { live } from "../lib/live/live";
import type { LiveState } from "../lib/live/state";
import { useLiveState } from "../lib/live/use-live";
import { useNow } from "../lib/use-now";
import { Tooltip } from "./tooltip";

const looks: Record<LiveState["kind"], { dot: string; word: string }> = {
  connecting: { dot: "border-2 border-text-3", word: "text-text-2" },
  live: { dot: "bg-ok shadow-[0_0_0_3px_var(--ok-soft)]", word: "text-ok" },
  "catching-up": { dot: "border-2 border-ok", word: "text-ok" },
  polling: { dot: "rounded-none bg-wait rotate-45", word: "text-wait" },
  offline: { dot: "rounded-none bg-bad", word: "text-bad" },
};

/** How current the page is. A press tries at once whatever is not live. */
export function LiveLabel() {
  const state = useLiveState();
  const now = useNow(state.kind === "offline");
  const { word, rest } = stateLabel(state);
  const look = looks[state.kind];
  return (
    <Tooltip text={describeState(state, now)} onTap={state.kind === "live"}>
      <button
        type="button"
        data-testid="live"
        onClick={() => state.kind !== "live" && live.wake({ suspect: state.kind === "offline" })}
        className={
          "inline-flex h-7 shrink-0 items-center gap-[7px] rounded-md px-1.5 text-s whitespace-nowrap " +
          "text-text-2 tabular-nums"
        }
      >
        <span aria-hidden className={`mx-[3px] size-2 rounded-full ${look.dot}`} />
        <span>
          <b className={`font-semibold ${look.word}`}>{word}</b>
          {rest}
        </span>
      </button>
    </Tooltip>
  );
}
