// The figures of an order in the header of its pane.

import type { StatusDetail } from "../../entities/status/status";
import { formatAmount } from "../../lib/amount";
import { hasSums, sumsOf } from "./sums";

interface Figure {
  label: string;
  amount: number;
  /** It differs from what it should be. */
  warns?: boolean;
}

/**
 * Due, captured, held, refunded, and the difference. Figures of zero are left out, except captured: that nothing was
 * captured is what people look for. The difference is coloured, since it is what has to be settled.
 */
export function SumsList({ status }: { status: StatusDetail }) {
  if (!hasSums(status)) return null;
  const { due, captured, held, refunded, over, outstanding } = sumsOf(status);
  const all: Figure[] = [
    // Where no event states it, the sum of the payments is a lower bound.
    { label: status.due_known || status.level === "payment" ? "Due" : "Due (derived)", amount: due },
    { label: "Captured", amount: captured },
    { label: "Held", amount: held },
    { label: "Refunded", amount: refunded },
    { label: "Over by", amount: over, warns: true },
    { label: "Outstanding", amount: outstanding, warns: true },
  ];
  const figures = all.filter(({ label, amount }) => amount > 0 || label === "Captured");
  return (
    <dl aria-label="Amounts" className="mt-3 flex flex-wrap overflow-hidden rounded-lg border border-line bg-surface">
      {figures.map(({ label, amount, warns }) => (
        <div key={label} className="min-w-[96px] flex-1 -ml-px border-l border-line px-3 py-2">
          <dt className="text-xs font-[550] text-text-3">{label}</dt>
          <dd className={`text-l font-semibold tracking-[-.01em] tabular-nums ${warns ? "text-wait" : ""}`}>
            {formatAmount(amount, status.currency)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
