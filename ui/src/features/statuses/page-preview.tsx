// A preview of the status page. The real page is web/status.templ; the two must look alike.

import type { StatusDetail, Step, Tone } from "../../entities/status/status";
import type { StatusRules } from "../../entities/status/status-rules";
import { formatAmount } from "../../lib/amount";
import { inkOn } from "../../lib/contrast";
import { useNow } from "../../lib/use-now";
import { Time } from "../../ui/time";
import { latencyText } from "./latency";
import { publicWords } from "./public-words";

/** The symbols of the page, with their colours. */
const marks: Record<Tone, { look: string; path: string }> = {
  pending: { look: "bg-beam-soft text-beam", path: "M22 6a16 16 0 1 1-16 16" },
  active: { look: "bg-beam-soft text-beam", path: "M22 6a16 16 0 1 1-16 16" },
  success: { look: "bg-ok-soft text-ok", path: "m10 23 8.500 8.500L34.500 14" },
  warning: { look: "bg-wait-soft text-wait", path: "M22 10v14M22 33.500v.1" },
  failure: { look: "bg-bad-soft text-bad", path: "M13 13l18 18M31 13 13 31" },
  neutral: { look: "bg-off-soft text-off", path: "M17 12 8 21l9 9M8 21h18a9 9 0 0 1 9 9v3" },
};

interface PagePreviewProps {
  status: StatusDetail;
  rules: StatusRules | undefined;
  /** The public page shows it as waiting, because it is not verified. */
  unseen: boolean;
}

/** The status page as its customer sees it now, in English. */
export function PagePreview({ status, rules, unseen }: PagePreviewProps) {
  const { tone, amount, currency, refunded, reference, mode, steps } = status;
  const now = useNow(!status.final && !!status.time_to_paid);
  const page = rules?.page ?? {};
  const shows = (field: string) => !unseen && !page.hidden?.includes(field);
  const { sentence, detail } = publicWords(unseen ? "waiting" : status.state);
  const { look, path } = marks[unseen ? "pending" : tone] ?? marks.neutral;
  const sum = [
    shows("amount") && amount ? formatAmount(amount, currency) : "",
    shows("reference") && reference ? `Order ${reference}` : "",
  ].filter(Boolean);
  const lines = [
    shows("amount") && refunded ? `${formatAmount(refunded, currency)} refunded` : "",
    detail,
    unseen ? "" : (latencyText(status, now) ?? ""),
  ].filter(Boolean);
  return (
    <section
      aria-label="What the customer sees"
      className={
        "mx-auto flex max-w-80 flex-col items-center rounded-lg border border-line bg-surface px-4 " +
        "pt-3 pb-4 text-center shadow-(--shadow)"
      }
    >
      <Shop name={page.name ?? ""} color={page.color ?? ""} />
      {mode === "test" && (
        <p className="mt-2 rounded-md bg-wait-soft px-2 py-0.5 text-xs text-wait">Test payment: no money moves</p>
      )}
      <span className={`mt-4 mb-3 grid size-14 place-items-center rounded-full ${look}`}>
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
      <p className="text-l font-[650] text-balance">{sentence}</p>
      {sum.length > 0 && <p className="mt-0.5 text-text-2 tabular-nums">{sum.join(" · ")}</p>}
      {lines.map((line) => (
        <p key={line} className="mt-1 text-s text-pretty text-text-2">
          {line}
        </p>
      ))}
      {shows("timeline") && steps.length > 0 && (
        <Steps
          steps={steps}
          waits={!status.final && status.kind === "payment" && status.state !== "paid"}
          color={look.split(" ")[1] ?? ""}
        />
      )}
      {page.back && (
        <p
          style={status.final && page.color ? { backgroundColor: page.color, color: inkOn(page.color) } : undefined}
          className="mt-4 w-full rounded-md border border-line-strong py-1.5 text-s font-[550]"
        >
          Back to {page.name || "…"}
        </p>
      )}
    </section>
  );
}

/** The shop's name, and its first letter in its colour. The logo is loaded only by the real page. */
function Shop({ name, color }: { name: string; color: string }) {
  if (!name) return <p className="self-start text-s text-text-3">Your shop’s name stands here.</p>;
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

/** The look of a step that is so many steps ahead of the current one. */
function dot(ahead: number, state: string, color: string): string {
  if (ahead === 0) return `border-current bg-current ${color}`;
  if (ahead > 0) return "border-line-strong bg-surface";
  return state === "failed" ? "border-bad bg-bad" : "border-ok bg-ok";
}

/** The past steps, the current one and, hollow, the one that the customer waits for. */
function Steps({ steps, waits, color }: { steps: readonly Step[]; waits: boolean; color: string }) {
  const last = steps.slice(-4);
  const all: Partial<Step>[] = [...last, ...(waits ? [{ state: "paid" }] : [])];
  return (
    <ol aria-label="Steps" className="mt-4 flex w-full justify-center">
      {all.map(({ state = "", at }, i) => (
        <li
          key={`${state} ${at}`}
          aria-current={i === last.length - 1 ? "step" : undefined}
          className="group relative flex min-w-0 flex-1 flex-col items-center text-xs aria-[current]:font-semibold"
        >
          <span
            aria-hidden
            className="absolute top-[5px] right-1/2 left-[-50%] h-px bg-line-strong group-first:hidden"
          />
          <span
            aria-hidden
            className={`relative z-10 size-2.5 rounded-full border-2 ${dot(i - last.length + 1, state, color)}`}
          />
          <span className={`mt-1 ${at ? "" : "text-text-3"}`}>{publicWords(state).step}</span>
          {at && (
            <span className="font-normal text-text-3">
              <Time at={at} form="short" />
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
