// One row of the list of statuses: an order, a payment of an unfolded order, or another subject.

import { ChevronDown, ChevronRight } from "lucide-react";
import { type MouseEvent, memo } from "react";
import { StateGlyph } from "../../entities/status/state-glyph";
import type { Status } from "../../entities/status/status";
import { methodLabel, stateLabel, titleOf } from "../../entities/status/status-labels";
import { formatAmount } from "../../lib/amount";
import { Cell } from "../../ui/live-list/cell";
import type { RowPlace } from "../../ui/live-list/live-list";
import { Tag } from "../../ui/tag";
import { Time } from "../../ui/time";
import { flagsOf } from "./flags";
import { paymentCount, rowNote } from "./sums";

interface StatusRowProps extends RowPlace {
  status: Status;
  /** Name of its endpoint. */
  endpoint: string;
  /** Whether the payments of an order stand below it. */
  unfolded: boolean;
  onFold: (id: string, unfold: boolean) => void;
  /** It stands below its order, as one of its payments. */
  member: boolean;
}

/**
 * State, name with notes, amount, customer, endpoint, time. Where the list is narrow, the customer gives way first,
 * then the endpoint: both stand in the pane. A phone has two lines, of which the second has state, notes and time.
 */
const columns =
  "grid-cols-[10px_124px_minmax(0,1fr)_96px_minmax(0,180px)_minmax(0,84px)_72px] " +
  "md:@max-4xl:grid-cols-[10px_118px_minmax(0,1fr)_88px_minmax(0,72px)_72px] " +
  "md:@max-2xl:grid-cols-[10px_118px_minmax(0,1fr)_88px_72px] " +
  "max-md:grid-cols-[10px_auto_minmax(0,1fr)_auto] max-md:grid-rows-[20px_18px]";

/**
 * One status: one line, or two on a phone. The list handles clicks and keys for all rows. A row is drawn again only if
 * its own status changed, as thousands may be moved by one page of updates.
 */
export const StatusRow = memo(function StatusRow(props: StatusRowProps) {
  const { status, endpoint, unfolded, onFold, member, index, selected, active, isNew } = props;
  const { id, state, tone, amount, currency, customer, updated_at } = status;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table's row cannot be placed where it is seen
    <div
      role="row"
      id={`row-${id}`}
      aria-rowindex={index}
      aria-selected={selected}
      tabIndex={active ? 0 : -1}
      data-new={isNew || undefined}
      data-member={member || undefined}
      className={
        `grid h-(--row) cursor-pointer ${columns} ` +
        "items-center gap-x-2.5 border-b border-line/55 px-4 [contain:strict] -outline-offset-2 " +
        "data-member:bg-sunken/55 hover:bg-hover " +
        "aria-selected:bg-selected aria-selected:shadow-[inset_2px_0_var(--beam)] " +
        "motion-safe:data-new:animate-arrive max-md:h-14 max-md:content-center max-md:gap-y-0.5"
      }
    >
      <Cell className={`grid max-md:order-1 ${member ? "md:invisible" : ""}`}>
        <StateGlyph tone={tone} state={state} />
      </Cell>
      <Cell
        className={
          "flex min-w-0 items-center gap-2 font-[450] max-md:order-4 max-md:col-start-2 max-md:text-s " +
          "max-md:text-text-2"
        }
      >
        {member && (
          <span className="max-md:hidden">
            <StateGlyph tone={tone} state={state} />
          </span>
        )}
        <span className={`truncate ${member ? "font-normal text-text-2" : ""}`}>{stateLabel(status)}</span>
      </Cell>
      <Cell className="flex min-w-0 items-center gap-2 max-md:contents">
        <Fold status={status} unfolded={unfolded} onFold={onFold} />
        <Name status={status} member={member} />
        <Notes status={status} />
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

/** Whether an order has payments to show below it. Those of a shared number have rows of their own. */
export const canUnfold = ({ payments = 0, parent, state }: Status) =>
  payments > 1 && parent === undefined && state !== "ambiguous";

/** The button that shows or hides an order's payments; without payments to show, the space that it would take. */
function Fold({ status, unfolded, onFold }: Pick<StatusRowProps, "status" | "unfolded" | "onFold">) {
  if (!canUnfold(status)) return <span aria-hidden className="w-3 shrink-0 max-md:hidden" />;
  const fold = (event: MouseEvent) => {
    event.stopPropagation(); // the row would open
    onFold(status.id, !unfolded);
  };
  const Chevron = unfolded ? ChevronDown : ChevronRight;
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-expanded={unfolded}
      aria-label={`Payments of ${titleOf(status)}`}
      onClick={fold}
      className={
        "-mx-1.5 -my-1 grid h-6 w-6 shrink-0 cursor-pointer place-items-center text-text-3 hover:text-text " +
        "max-md:hidden"
      }
    >
      <Chevron size={13} aria-hidden />
    </button>
  );
}

/**
 * What the row is called, and how many payments it has or how it is paid. An id of the provider is in mono, a name that
 * the shop gave is not. A payment below its order has the order's name already, and shows its own id.
 */
function Name({ status, member }: Pick<StatusRowProps, "status" | "member">) {
  const named = !member && (status.reference || status.title);
  const beside = paymentCount(status) || (status.parent ? methodLabel(status.method) : "");
  return (
    <span className="flex max-w-full min-w-0 shrink-0 items-baseline gap-2 max-md:order-2 max-md:col-span-2">
      <span className={`truncate ${named ? "" : "font-mono text-s"} ${member ? "text-text-2" : ""}`}>
        {titleOf(member ? { subject: status.subject } : status)}
      </span>
      {beside && <span className="shrink-0 text-s text-text-3"> {beside}</span>}
    </span>
  );
}

/**
 * What there is to say beside the state, and the tags. They give way before the name does: the note first, since the
 * pane has its sums, then the tags.
 */
function Notes({ status }: { status: Status }) {
  const note = rowNote(status);
  const flags = flagsOf(status);
  if (!note && !status.needs_review && flags.length === 0) return null;
  return (
    <span
      className={
        "ml-auto flex min-w-0 justify-end gap-1.5 pl-1 max-md:order-5 max-md:ml-0 " + "max-md:justify-start max-md:pl-0"
      }
    >
      {" "}
      {note && (
        <span title={note} className="min-w-0 shrink-[99] truncate text-s text-text-3">
          {note}
        </span>
      )}
      {status.needs_review && (
        <Tag tone="wait">
          {/* Beside a pane there is room for one word. */}
          <span className="md:@max-2xl:sr-only">needs </span>review
        </Tag>
      )}
      {flags.map(({ tone, word }) => (
        <Tag key={word} tone={tone}>
          {word}
        </Tag>
      ))}
    </span>
  );
}
