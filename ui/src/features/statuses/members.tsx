// The payments of an order, or the orders and payments of a reference, in the pane of its status.

import { StateGlyph } from "../../entities/status/state-glyph";
import type { Status, StatusDetail } from "../../entities/status/status";
import { bareName, methodLabel, stateLabel } from "../../entities/status/status-labels";
import { formatAmount } from "../../lib/amount";
import { Tag } from "../../ui/tag";
import { Time } from "../../ui/time";
import { OpenStatus } from "./open-status";
import { paymentCount, rowNote } from "./sums";

/**
 * The members of a status, newest first. A reference lists orders as well as their payments: a payment stands inside
 * its order, or its money would seem to be there twice. Each opens its own timeline.
 */
export function Members({ status: { members, level } }: { status: StatusDetail }) {
  if (!members || members.length === 0) return null;
  const ids = new Set(members.map(({ id }) => id));
  const outer = members.filter(({ parent = "" }) => !ids.has(parent));
  // Only a reference lists both, and only if its payments have orders at the provider.
  const payments = members.every((one) => one.level === "payment");
  const title = payments || level === "order" ? "Payments" : "Orders and payments";
  return (
    <section aria-label={title} className="mb-4 px-4">
      <h3 className="mb-1.5 font-semibold">{title}</h3>
      <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
        {outer.map((member) => (
          <li key={member.id}>
            <Member member={member} />
            <Inside members={members.filter(({ parent }) => parent === member.id)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The payments of one order in the list of its reference. */
function Inside({ members }: { members: readonly Status[] }) {
  if (members.length === 0) return null;
  return (
    <ul className="border-t border-line pl-[22px]">
      {members.map((member) => (
        <li key={member.id}>
          <Member member={member} />
        </li>
      ))}
    </ul>
  );
}

/** One payment or order: its state, its id, and what it did. The order of reading is that of the list of statuses. */
function Member({ member }: { member: Status }) {
  const { id, tone, state, amount, currency, subject, needs_review, updated_at } = member;
  const details = [methodLabel(member.method), paymentCount(member), rowNote(member)].filter(Boolean).join(" · ");
  return (
    <OpenStatus
      id={id}
      className={
        "grid grid-cols-[12px_minmax(0,1fr)_auto_auto] items-center gap-x-2.5 rounded-lg px-3 py-1.5 " +
        "-outline-offset-2 hover:bg-hover"
      }
    >
      <StateGlyph tone={tone} state={state} size={11} />
      <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
        <span className="font-[450]">{stateLabel(member)}</span>
        <span className="truncate font-mono text-s text-text-2">{bareName(subject)}</span>
        {details && <span className="text-s text-text-3">{details}</span>}
        {needs_review && <Tag tone="wait">needs review</Tag>}
      </span>
      <span className="text-right tabular-nums">{amount ? formatAmount(amount, currency) : ""}</span>
      <span className="w-[76px] text-right font-mono text-s text-text-3">
        <Time at={updated_at} form="second" />
      </span>
    </OpenStatus>
  );
}
