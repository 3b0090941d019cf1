// How a timeline is drawn: one lane for each payment, newest event first.

import { firstTold } from "../../entities/status/effect-labels";
import type { Effect, Status, StatusDetail } from "../../entities/status/status";

/** A column of the timeline: the events of one payment, or of the order itself. */
export interface Lane {
  subject: string;
  /** The payment or order, if the status lists it. */
  member: Status | undefined;
}

/** What one lane shows beside one event: nothing, a part of its line, or the mark of the event. */
export interface Mark {
  /** The line goes on upwards, to newer events of the lane. */
  above: boolean;
  /** The line goes on downwards, to older ones. */
  below: boolean;
  /** The event belongs to the lane and counts. */
  dot: boolean;
}

/** One event with its marks, one for each lane. */
export interface TimelineRow {
  effect: Effect;
  /** It changed the state. */
  moved: boolean;
  /** It counts, whether or not the state changed. Others are dimmed and have no mark. */
  counts: boolean;
  /** For a duplicate, the delivery that reported the same first. */
  first: number | undefined;
  marks: Mark[];
}

export interface TimelineLayout {
  lanes: Lane[];
  rows: TimelineRow[];
}

/** So many lanes fit. The last one has the events of all further payments. */
export const mostLanes = 4;

const isCounted = ({ effect }: Effect) => effect === "applied" || effect === "impossible";

/** Lays out the newest `limit` events of a status. Lanes stand in the order in which their payments began. */
export function layOut({ timeline, members }: StatusDetail, limit: number): TimelineLayout {
  const subjects = [...new Set(timeline.map(({ subject }) => subject))];
  const lanes = subjects.slice(0, mostLanes).map((subject) => ({ subject, member: memberOf(subject, members ?? []) }));
  const laneOf = (effect: Effect) => Math.min(subjects.indexOf(effect.subject), mostLanes - 1);

  const newest = timeline.slice(-limit).toReversed();
  const extents = lanes.map((_, lane) => {
    const own = newest.flatMap((effect, i) => (isCounted(effect) && laneOf(effect) === lane ? [i] : []));
    return { start: own[0] ?? 0, end: own.at(-1) ?? -1 };
  });
  const rows = newest.map((effect, i) => {
    const counts = isCounted(effect);
    return {
      effect,
      counts,
      moved: counts && effect.to !== undefined && effect.from !== effect.to,
      first: effect.effect === "duplicate" ? firstTold(timeline, effect) : undefined,
      marks: extents.map(({ start, end }, lane) => ({
        above: i > start && i <= end,
        below: i >= start && i < end,
        dot: counts && laneOf(effect) === lane,
      })),
    };
  });
  return { lanes, rows };
}

/** The payment that a lane stands for. Events may name it by any of its ids. */
const memberOf = (subject: string, members: readonly Status[]) =>
  members.find((one) => one.subject === subject || one.aliases.includes(subject));
