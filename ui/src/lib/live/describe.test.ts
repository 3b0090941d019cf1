import { expect, it } from "vitest";
import { describeState, stateLabel } from "./describe";
import type { LiveState } from "./state";

const at = (hour: number, minute: number, second = 0) => new Date(2026, 10, 23, hour, minute, second).getTime();

it.each<[LiveState, string]>([
  [{ kind: "connecting" }, "Connecting…"],
  [{ kind: "live", seq: 1042 }, "Live · #1,042"],
  [{ kind: "live", seq: undefined }, "Live"],
  [{ kind: "catching-up", received: 312 }, "Catching up 312"],
  [{ kind: "catching-up", received: 0 }, "Catching up"],
  [{ kind: "polling", everyMs: 3000, cause: "" }, "Polling every 3 s"],
  [{ kind: "offline", since: at(14, 3), nextTry: undefined, cause: "" }, "Offline since 14:03"],
])("%o reads %j", (state, label) => {
  const { word, rest } = stateLabel(state);
  expect(word + rest).toBe(label);
});

it("tells the cause and the next try", () => {
  const offline = { kind: "offline", since: at(14, 3), cause: "The server cannot be reached." } as const;
  expect(describeState({ ...offline, nextTry: at(14, 4, 8) }, at(14, 4) + 1)).toBe(
    "The server cannot be reached. Next try in 8 s.",
  );
  for (const nextTry of [undefined, at(14, 4)]) {
    expect(describeState({ ...offline, nextTry }, at(14, 4))).toBe("The server cannot be reached. Trying now.");
  }
  expect(describeState({ kind: "polling", everyMs: 3000, cause: "No live connection can be made." }, 0)).toContain(
    "No live connection can be made.",
  );
});
