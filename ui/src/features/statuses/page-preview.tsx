// A preview of the status page, with the server's own texts. The real page is web/status.templ; both must look alike.

import type { PublicStatus, Tone } from "../../entities/status/status";
import { capital, stateWord } from "../../entities/status/status-labels";
import type { StatusRules } from "../../entities/status/status-rules";
import { formatAmount } from "../../lib/amount";
import { inkOn } from "../../lib/contrast";
import { Tag } from "../../ui/tag";

/** The symbols of the page, with their colours. */
const marks: Record<Tone, { look: string; path: string }> = {
  pending: { look: "bg-beam-soft text-beam", path: "M22 6a16 16 0 1 1-16 16" },
  active: { look: "bg-beam-soft text-beam", path: "M22 6a16 16 0 1 1-16 16" },
  success: { look: "bg-ok-soft text-ok", path: "m10 23 8.5 8.5L34.5 14" },
  warning: { look: "bg-wait-soft text-wait", path: "M22 10v14M22 33.5v.1" },
  failure: { look: "bg-bad-soft text-bad", path: "M13 13l18 18M31 13 13 31" },
  neutral: { look: "bg-off-soft text-off", path: "M17 12 8 21l9 9M8 21h18a9 9 0 0 1 9 9v3" },
};

interface PagePreviewProps {
  /** What the server answers for the link. It leaves out what the endpoint's settings hide. */
  answer: PublicStatus;
  /** How the endpoint's pages look. */
  page: Partial<StatusRules["page"]>;
  /** The language of the answer. */
  language: string;
}

/** The status page as the holder of a link sees it now. All sentences are the server's. */
export function PagePreview({ answer, page, language }: PagePreviewProps) {
  const { status, title, note, tone = "pending", reference, final, test } = answer;
  const { look, path } = marks[tone] ?? marks.neutral;
  const sum = [amountText(answer, language), reference ?? ""].filter(Boolean);
  return (
    <section
      aria-label="What the customer sees"
      className={
        "mx-auto flex min-h-80 w-full max-w-80 flex-col items-center rounded-[20px] border border-line-strong " +
        "bg-bg px-5 py-4 text-center shadow-(--shadow)"
      }
    >
      <Shop name={page.name ?? ""} color={page.color ?? ""} />
      {test && (
        <p className="mt-2">
          <Tag tone="note">test</Tag>
        </p>
      )}
      <div lang={language} className="flex flex-1 flex-col items-center justify-center py-4">
        <span className={`mb-3 grid size-14 place-items-center rounded-full ${look}`}>
          <svg
            aria-hidden="true"
            width="26"
            height="26"
            viewBox="0 0 44 44"
            fill="none"
            stroke="currentColor"
            strokeWidth="4"
            strokeLinecap="round"
            strokeLinejoin="round"
          >
            <path d={path} />
          </svg>
        </span>
        <p className="text-l font-[650] text-balance">{title ?? capital(stateWord(status))}</p>
        {sum.length > 0 && <p className="mt-0.5 text-text-2 tabular-nums">{sum.join(" · ")}</p>}
        {note && <p className="mt-2 text-s text-balance whitespace-pre-line text-text-2">{note}</p>}
      </div>
      {page.back && (
        <p
          style={final && page.color ? { backgroundColor: page.color, color: inkOn(page.color) } : undefined}
          className="w-full rounded-md border border-line-strong py-1.5 text-s font-[550]"
        >
          ← {page.name || "…"}
        </p>
      )}
    </section>
  );
}

/** What was paid of what is due; what was due, if more was paid. */
function amountText({ amount = 0, due = 0, currency }: PublicStatus, language: string): string {
  const money = (minor: number) => formatAmount(minor, currency, language);
  if (amount === 0) return "";
  if (due > amount) return `${money(amount)} / ${money(due)}`;
  return money(due || amount);
}

/** The shop's name, and its first letter in its colour. The logo is loaded only by the real page. */
function Shop({ name, color }: { name: string; color: string }) {
  if (!name) return <p className="self-start text-s text-text-3">Your shop’s name appears here.</p>;
  return (
    <p className="flex items-center gap-2 self-start text-s font-[550]">
      <span
        aria-hidden
        style={color ? { backgroundColor: color, color: inkOn(color) } : undefined}
        className="grid size-5 place-items-center rounded-sm bg-text text-xs font-[650] text-surface"
      >
        {name.charAt(0).toUpperCase()}
      </span>
      {name}
    </p>
  );
}
