// The tab of a status with its payments and its timeline, of which the newest part is shown first.

import { useState } from "react";
import { Link } from "wouter";
import { effectSentence, evidenceLabel, inheritedSentence } from "../../entities/status/effect-labels";
import { Lag } from "../../entities/status/effect-list";
import { StateGlyph } from "../../entities/status/state-glyph";
import type { Effect, StatusDetail } from "../../entities/status/status";
import { bareName, capital, methodLabel, stateWord, toneOf } from "../../entities/status/status-labels";
import { formatCount } from "../../lib/format";
import { Button } from "../../ui/button";
import { Empty } from "../../ui/empty";
import { Time } from "../../ui/time";
import { Members } from "./members";
import { Names } from "./names";
import { OpenStatus } from "./open-status";
import { type Lane, layOut, type Mark, type TimelineRow } from "./timeline-lanes";

/** How many events are shown at first: a subject can have thousands. */
const atFirst = 100;

/**
 * The payments of an order, and the effects of all events, newest first. Events that changed nothing are listed as
 * well, dimmed and with the reason: “why is it not paid?” is answered by the event that did not count.
 */
export function Timeline({ status }: { status: StatusDetail }) {
  const [limit, setLimit] = useState(atFirst);
  const { timeline, level } = status;
  const { lanes, rows } = layOut(status, limit);
  const hidden = timeline.length - rows.length;
  return (
    <div className="@container min-h-0 flex-1 overflow-y-auto py-3">
      <Members status={status} />
      {timeline.length === 0 ? (
        <Empty title="No events are kept" text="The deliveries that reported it were deleted by retention." />
      ) : (
        <>
          {lanes.length > 1 && <LaneNames lanes={lanes} />}
          <ol aria-label="Timeline">
            {rows.map((row, i) => (
              <Event
                // biome-ignore lint/suspicious/noArrayIndexKey: an event can have several effects in a fixed order
                key={`${row.effect.seq} ${row.effect.event} ${row.effect.subject} ${rows.length - i}`}
                row={row}
                lane={lanes.length > 1 ? lanes.findIndex(({ subject }) => subject === row.effect.subject) + 1 : 0}
              />
            ))}
          </ol>
          {hidden > 0 && (
            <Button className="mx-4 mt-3" onClick={() => setLimit(Number.POSITIVE_INFINITY)}>
              Show {formatCount(hidden)} older
            </Button>
          )}
        </>
      )}
      {level && <Names names={status.aliases} className="mx-4 mt-4" />}
    </div>
  );
}

/** The number of each lane, with the payment that it stands for. */
function LaneNames({ lanes }: { lanes: readonly Lane[] }) {
  return (
    <ul aria-label="Lanes" className="mb-2 flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 text-s text-text-3">
      {lanes.map(({ subject, member }, i) => (
        <li key={subject} className="flex min-w-0 items-baseline gap-1.5">
          <b className="font-[550] text-text-2">{i + 1}</b>
          {methodLabel(member?.method) || (member ? "" : "order")}
          {member ? (
            <OpenStatus id={member.id} className="truncate font-mono text-text-2 underline-offset-2 hover:underline">
              {bareName(subject)}
            </OpenStatus>
          ) : (
            <span className="truncate font-mono">{bareName(subject)}</span>
          )}
        </li>
      ))}
    </ul>
  );
}

interface EventProps {
  row: TimelineRow;
  /** The number of its lane; 0 if there is only one. */
  lane: number;
}

/**
 * One event: when it happened at the provider, what it reported, what it changed, and the delivery that brought it. It
 * is a line of four columns, or of two lines where the pane is narrow.
 */
function Event({ row, lane }: EventProps) {
  const { effect, counts, moved, first, marks } = row;
  const { at, received_at, inherited } = effect;
  return (
    <li
      data-moved={moved}
      className={
        "grid grid-cols-[auto_minmax(0,1fr)_auto] gap-x-3 px-4 " +
        `@md:grid-cols-[76px_auto_minmax(0,1fr)_minmax(0,auto)] ${counts ? "" : "text-text-3"}`
      }
    >
      <span className="row-start-1 pt-1 font-mono text-s leading-5 text-text-3 @max-md:col-start-3 @md:col-start-1">
        <Time at={at} form="second" />
      </span>
      <span className="row-start-1 flex @max-md:col-start-1 @max-md:row-span-2 @md:col-start-2">
        {marks.map((mark, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lanes keep their places
          <LaneMark key={i} mark={mark} row={row} />
        ))}
      </span>
      <div className="row-start-1 min-w-0 pt-1 @max-md:col-start-2 @md:col-start-3 @md:pb-2">
        <p className={moved ? "font-[550]" : ""}>
          {evidenceLabel(effect)}
          {lane > 0 && <span className="sr-only">, payment {lane}</span>}
        </p>
        <p className={`text-s text-pretty ${counts ? "text-text-2" : ""}`}>
          {changeText(row, first)} <Lag at={at} receivedAt={received_at} before="· " />
        </p>
        {inherited && <p className="text-s text-pretty text-text-3">{inheritedSentence}</p>}
      </div>
      <DeliveryName
        effect={effect}
        className={
          "pb-2 @max-md:col-span-2 @max-md:col-start-2 @max-md:row-start-2 " +
          "@md:col-start-4 @md:row-start-1 @md:pt-1"
        }
      />
    </li>
  );
}

/** What an event changed, as two states; or why it changed none. */
function changeText({ effect, moved }: TimelineRow, first: number | undefined): string {
  const { from, to = "" } = effect;
  if (!moved || effect.effect !== "applied") return effectSentence(effect, first);
  return from ? `${capital(stateWord(from))} → ${stateWord(to)}` : capital(stateWord(to));
}

/** The line of a lane beside one event, and the event's mark if it is of this lane. */
function LaneMark({ mark: { above, below, dot }, row }: { mark: Mark; row: TimelineRow }) {
  const { to = "" } = row.effect;
  return (
    <span aria-hidden className="relative w-5 self-stretch">
      {above && <span className="absolute top-0 left-1.5 h-[14px] w-px bg-line-strong" />}
      {below && <span className="absolute top-[14px] bottom-0 left-1.5 w-px bg-line-strong" />}
      {dot && (
        <span className="absolute top-[7px] left-[-1px] grid size-[15px] place-items-center rounded-full bg-bg">
          {row.moved ? (
            <StateGlyph tone={toneOf(to)} state={to} size={13} />
          ) : (
            <span className="size-1.5 rounded-full bg-line-strong" />
          )}
        </span>
      )}
    </span>
  );
}

/** The delivery of an event, which retention may have deleted: its number then leads nowhere. */
function DeliveryName({ effect, className }: { effect: Effect; className: string }) {
  const { delivery, seq, type, inherited } = effect;
  const name = `#${formatCount(seq)}`;
  return (
    <p className={`flex min-w-0 gap-1.5 font-mono text-s leading-5 text-text-2 ${className}`}>
      {delivery && !inherited ? (
        <Link href={`/deliveries/${delivery}?tab=effect`} className="text-beam underline-offset-2 hover:underline">
          {name}
        </Link>
      ) : (
        <span>{name}</span>
      )}
      {type && (
        <span title={type} className="max-w-44 truncate">
          {type}
        </span>
      )}
    </p>
  );
}
