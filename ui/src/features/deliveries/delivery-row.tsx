// One row of the deliveries list.

import { memo } from "react";
import { VerdictGlyph } from "../../entities/delivery/verdict-glyph";
import type { Delivery } from "../../lib/api";
import { Bytes } from "../../ui/bytes";
import { Cell } from "../../ui/live-list/cell";
import type { RowPlace } from "../../ui/live-list/live-list";
import { Tag } from "../../ui/tag";
import { Time } from "../../ui/time";
import { remarkOf, titleOf } from "./row-words";

interface DeliveryRowProps extends RowPlace {
  delivery: Delivery;
  /** Name of its endpoint. */
  endpoint: string;
}

/** One delivery: one line, or two on a phone. The list handles clicks and keys for all rows. */
export const DeliveryRow = memo(function DeliveryRow(props: DeliveryRowProps) {
  const { delivery, endpoint, index, selected, active, isNew } = props;
  const { before, main, after } = titleOf(delivery);
  const remark = remarkOf(delivery);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table's row cannot be placed where it is seen
    <div
      role="row"
      id={`row-${delivery.id}`}
      aria-rowindex={index}
      aria-selected={selected}
      tabIndex={active ? 0 : -1}
      data-new={isNew || undefined}
      className={
        "grid h-(--row) cursor-pointer " +
        "grid-cols-[92px_10px_minmax(56px,92px)_minmax(0,1fr)_auto_64px] items-center gap-x-2.5 " +
        "border-b border-line/55 px-4 [contain:strict] -outline-offset-2 hover:bg-hover " +
        "aria-selected:bg-selected aria-selected:shadow-[inset_2px_0_var(--beam)] " +
        "motion-safe:data-new:animate-arrive max-md:h-14 max-md:grid-cols-[10px_minmax(0,1fr)_auto] " +
        "max-md:grid-rows-[20px_18px] max-md:content-center max-md:gap-y-0.5"
      }
    >
      <Cell className="font-mono text-s text-text-3 max-md:order-6 max-md:text-right max-md:text-xs">
        <Time at={delivery.received_at} form="recent" />
      </Cell>
      <Cell className="grid max-md:order-1">
        <VerdictGlyph verdict={delivery.verdict} duplicate={delivery.duplicate_of !== undefined} />
      </Cell>
      <Cell className="truncate text-text-2 max-md:order-5 max-md:col-start-2 max-md:text-s">{endpoint}</Cell>
      <Cell className="truncate font-mono text-s max-md:order-2">
        {before && <span className="text-text-3">{before} </span>}
        <span className="font-[450]">{main}</span>
        {after && <span className="text-text-3"> {after}</span>}
      </Cell>
      <Cell className="flex min-w-0 max-w-48 justify-end max-md:order-3 max-md:max-w-36">
        {remark && <Tag tone={remark.tone}>{remark.text}</Tag>}
      </Cell>
      <Cell className="text-right font-mono text-s text-text-3 max-md:hidden">
        <Bytes n={delivery.size} />
      </Cell>
    </div>
  );
});
