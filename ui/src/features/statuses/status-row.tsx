// One row of the list of statuses.

import { memo } from "react";
import { StateGlyph } from "../../entities/status/state-glyph";
import type { Status } from "../../entities/status/status";
import { capital, stateWord, titleOf } from "../../entities/status/status-labels";
import { formatAmount } from "../../lib/amount";
import { Cell } from "../../ui/live-list/cell";
import type { RowPlace } from "../../ui/live-list/live-list";
import { Tag } from "../../ui/tag";
import { Time } from "../../ui/time";
import { flagsOf } from "./flags";

interface StatusRowProps extends RowPlace {
  status: Status;
  /** Name of its endpoint. */
  endpoint: string;
}

/** One status: one line, or two on a phone. The list handles clicks and keys for all rows. */
export const StatusRow = memo(function StatusRow({ status, endpoint, index, selected, active, isNew }: StatusRowProps) {
  const { id, state, tone, amount, currency, customer, reference, updated_at } = status;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table's row cannot be placed where it is seen
    <div
      role="row"
      id={`row-${id}`}
      aria-rowindex={index}
      aria-selected={selected}
      tabIndex={active ? 0 : -1}
      data-new={isNew || undefined}
      className={
        "grid h-(--row) cursor-pointer " +
        "grid-cols-[10px_124px_minmax(0,1fr)_auto_96px_minmax(0,180px)_minmax(0,84px)_72px] " +
        "items-center gap-x-2.5 border-b border-line/55 px-4 [contain:strict] -outline-offset-2 " +
        "hover:bg-hover aria-selected:bg-selected aria-selected:shadow-[inset_2px_0_var(--beam)] " +
        "motion-safe:data-new:animate-arrive " +
        "md:@max-4xl:grid-cols-[10px_118px_minmax(0,1fr)_auto_88px_minmax(0,72px)_72px] " +
        "md:@max-2xl:grid-cols-[10px_118px_minmax(0,1fr)_auto_88px_72px] max-md:h-14 " +
        "max-md:grid-cols-[10px_auto_minmax(0,1fr)_auto] max-md:grid-rows-[20px_18px] " +
        "max-md:content-center max-md:gap-y-0.5"
      }
    >
      <Cell className="grid max-md:order-1">
        <StateGlyph tone={tone} />
      </Cell>
      <Cell className="truncate font-[450] max-md:order-4 max-md:col-start-2 max-md:text-s max-md:text-text-2">
        {capital(stateWord(state))}
      </Cell>
      <Cell
        className={`truncate max-md:order-2 max-md:col-span-2 ${reference || status.title ? "" : "font-mono text-s"}`}
      >
        {titleOf(status)}
      </Cell>
      <Cell className="flex max-w-48 min-w-0 justify-end gap-1 max-md:order-5 max-md:max-w-none max-md:justify-start">
        {flagsOf(status).map(({ tone, word }) => (
          <Tag key={word} tone={tone}>
            {word}
          </Tag>
        ))}
      </Cell>
      <Cell className="truncate text-right tabular-nums max-md:order-3">
        {amount ? formatAmount(amount, currency) : ""}
      </Cell>
      <Cell className="truncate pl-3 text-text-2 @max-4xl:hidden">{customer ?? ""}</Cell>
      <Cell className="truncate text-text-2 @max-2xl:hidden max-md:hidden">{endpoint}</Cell>
      <Cell className="text-right font-mono text-s text-text-3 max-md:order-6 max-md:text-xs">
        <Time at={updated_at} form="second" />
      </Cell>
    </div>
  );
});
