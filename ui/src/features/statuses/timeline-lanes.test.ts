import { expect, it } from "vitest";
import { detail, effect, status } from "../../entities/status/testing";
import { layOut, mostLanes } from "./timeline-lanes";

const of = (subject: string, seq: number, change: Parameters<typeof effect>[0] = {}) =>
  effect({ subject: `payment/${subject}`, seq, event: `evt_${seq}`, to: `state_${seq}`, ...change });

/** The marks of a row as text: `o` an event, `|` the line beside it. */
const drawn = (rows: ReturnType<typeof layOut>["rows"]) =>
  rows.map(({ marks }) => marks.map(({ above, below, dot }) => (dot ? "o" : above && below ? "|" : " ")).join(""));

it("has a lane for each payment, the first to begin on the left, and the newest event on top", () => {
  const timeline = [of("pi_1", 1), of("pi_1", 2), of("pi_2", 3), of("pi_2", 4), of("pi_1", 5)];
  const { lanes, rows } = layOut(detail(9, { timeline, members: [status(2), status(1)] }), 100);
  expect(lanes.map(({ subject, member }) => [subject, member?.id])).toEqual([
    ["payment/pi_1", "sub_1"],
    ["payment/pi_2", "sub_2"],
  ]);
  expect(rows.map((row) => row.effect.seq)).toEqual([5, 4, 3, 2, 1]);
  expect(drawn(rows)).toEqual(["o ", "|o", "|o", "o ", "o "]);
});

it("ends a lane at its oldest and newest event", () => {
  const { rows } = layOut(detail(9, { timeline: [of("pi_1", 1), of("pi_1", 2)] }), 100);
  expect(rows.map(({ marks: [mark] }) => [mark?.above, mark?.below])).toEqual([
    [false, true],
    [true, false],
  ]);
});

it("marks no event that was ignored, and says whose duplicate it is", () => {
  const again = of("pi_1", 2, { event: "evt_1", effect: "duplicate" });
  const { rows } = layOut(detail(9, { timeline: [of("pi_1", 1), again, of("pi_1", 3)] }), 100);
  expect(drawn(rows)).toEqual(["o", "|", "o"]);
  expect(rows.map(({ counts, first }) => [counts, first])).toEqual([
    [true, undefined],
    [false, 1],
    [true, undefined],
  ]);
});

it("finds the payment of a lane by any of its names", () => {
  const member = status(1, { aliases: ["payment/pi_1", "charge/ch_1"] });
  const { lanes } = layOut(
    detail(9, { timeline: [of("pi_1", 1, { subject: "charge/ch_1" })], members: [member] }),
    100,
  );
  expect(lanes[0]?.member?.id).toBe("sub_1");
});

it("lets further payments share the last lane, and shows the newest events only", () => {
  const timeline = Array.from({ length: 6 }, (_, i) => of(`pi_${i}`, i + 1));
  const { lanes, rows } = layOut(detail(9, { timeline }), 4);
  expect(lanes).toHaveLength(mostLanes);
  expect(drawn(rows)).toEqual(["   o", "   o", "   o", "  o "]);
});
