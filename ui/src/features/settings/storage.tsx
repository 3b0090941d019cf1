// The section of the settings screen with what is stored, and its limits.

import type { ReactNode } from "react";
import type { Server } from "../../entities/server/queries";
import { formatCount } from "../../lib/format";
import { Bytes } from "../../ui/bytes";
import { Setting, Settings } from "./setting";

interface StorageProps {
  storage: Server["storage"];
  tooMuch: number;
}

/** What is stored, the limits, damaged records, and deliveries that exceed the limits of reading. */
export function Storage({ storage, tooMuch }: StorageProps) {
  const { deliveries, bytes, keep_bytes, rejected_bytes, unsigned_bytes, damaged } = storage;
  const { events, event_bytes, keep_event_bytes, events_forgotten, events_forgotten_early } = storage;
  return (
    <Settings title="Storage">
      <Setting name="Deliveries">
        <Amount count={deliveries} used={bytes} limit={keep_bytes}>
          {rejected_bytes + unsigned_bytes > 0 && (
            <>
              Rejected deliveries take <Bytes n={rejected_bytes} />, unsigned ones <Bytes n={unsigned_bytes} />.
            </>
          )}
        </Amount>
      </Setting>
      <Setting name="Event ids">
        <Amount count={events} used={event_bytes} limit={keep_event_bytes}>
          {events_forgotten === 0
            ? "None forgotten."
            : `${formatCount(events_forgotten)} forgotten to make room${early(events_forgotten_early)}. ` +
              "A repeat of a forgotten event counts as new."}
        </Amount>
      </Setting>
      {storage.file_bytes > 0 && (
        <Setting name="Database file">
          <span className="text-pretty">
            <Bytes n={storage.file_bytes} />, of which <Bytes n={storage.free_bytes} /> are free.{" "}
            <span className="text-text-2">
              {storage.returns_space
                ? "What is free beyond a reserve is returned to the disk."
                : "They are used before the file grows. hookbeam compact returns them to the disk."}
            </span>
          </span>
        </Setting>
      )}
      <Setting name="Damaged records">
        {damaged === 0 ? (
          <span className="text-text-2">None found since the start</span>
        ) : (
          <span className="text-pretty">
            <b className="font-[550] text-bad">{formatCount(damaged)} found since the start.</b>{" "}
            <span className="text-text-2">
              They were changed on disk after they were stored, and are not shown as genuine. Find out what writes to
              the data folder besides Hookbeam, and check the disk.
            </span>
          </span>
        )}
      </Setting>
      {tooMuch > 0 && (
        <Setting name="Too much to read">
          <span className="text-pretty">
            {formatCount(tooMuch)} {tooMuch === 1 ? "delivery" : "deliveries"} since the start.{" "}
            <span className="text-text-2">
              {tooMuch === 1 ? "It is" : "They are"} kept, but said more than is read of one delivery and moved no
              status.
            </span>
          </span>
        </Setting>
      )}
    </Settings>
  );
}

const early = (count: number) => (count > 0 ? `, ${formatCount(count)} of them younger than 90 days` : "");

interface AmountProps {
  count: number;
  used: number;
  /** 0: unlimited. */
  limit: number;
  children: ReactNode;
}

/** How many there are, and how much of the space they may take is taken. */
function Amount({ count, used, limit, children }: AmountProps) {
  const full = limit > 0 && used >= 0.9 * limit;
  return (
    <div className="min-w-0 flex-1">
      <p className="flex flex-wrap justify-between gap-x-3 tabular-nums">
        <span>{formatCount(count)}</span>{" "}
        <span className="text-text-2">
          <Bytes n={used} /> {limit > 0 ? <>of {<Bytes n={limit} />}</> : "· unlimited"}
        </span>
      </p>
      {limit > 0 && (
        <div aria-hidden className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-hover">
          <div
            className={`h-full rounded-full ${full ? "bg-wait" : "bg-beam"}`}
            style={{ width: percent(used, limit) }}
          />
        </div>
      )}
      <p className="mt-1.5 text-s text-pretty text-text-3 empty:hidden">{children}</p>
    </div>
  );
}

const percent = (used: number, limit: number) => `${Math.min(100, Math.round((100 * used) / limit))}%`;
