import { StateGlyph } from "../../components/state-glyph";
import { Time } from "../../components/time";
import { formatAmount } from "../../lib/amount";
import { inkOn } from "../../lib/contrast";
import { useEndpoints } from "../../lib/endpoints";
import type { StatusRules } from "../../lib/status-rules";
import { toneOf } from "../../lib/status-words";
import type { Shown, StatusDetail, Tone } from "../../lib/statuses";
import { useNow } from "../../lib/use-now";
import { publicWords, stepWord } from "./public-words";
import { StatusLink } from "./status-link";
import { usualWords } from "./usual";

/** What the customer sees, when a page first showed it to them, and the link that leads there. */
export function CustomerView({ status }: { status: StatusDetail }) {
  const endpoint = useEndpoints().data?.find(({ id }) => id === status.endpoint);
  const rules = endpoint?.statuses;
  const unseen = status.unverified === true && !rules?.unsigned;
  return (
    <div className="min-h-0 flex-1 space-y-4 overflow-y-auto p-4">
      {unseen && (
        <p className="text-pretty text-wait">
          Nothing was checked of the deliveries that tell of it, so customers are told that it is waited for.
        </p>
      )}
      <Preview status={status} rules={rules} unseen={unseen} />
      <StatusLink status={status} />
      <Seen status={status} />
    </div>
  );
}

const soft: Record<Tone, string> = {
  pending: "bg-off-soft",
  active: "bg-note-soft",
  success: "bg-ok-soft",
  warning: "bg-wait-soft",
  failure: "bg-bad-soft",
  neutral: "bg-off-soft",
};

interface PreviewProps {
  status: StatusDetail;
  rules: StatusRules | undefined;
  /** The public is told nothing of it. */
  unseen: boolean;
}

function Preview({ status, rules, unseen }: PreviewProps) {
  const now = useNow(!status.final && !!status.usually);
  const page = rules?.page ?? {};
  const state = unseen ? "waiting" : status.state;
  const { headline, sentence } = publicWords(status.kind, state);
  const tone = unseen ? "pending" : status.tone;
  const hidden = new Set(page.hidden);
  const facts = unseen
    ? []
    : [
        !hidden.has("amount") && status.amount ? formatAmount(status.amount, status.currency) : "",
        !hidden.has("reference") && status.reference ? `Order ${status.reference}` : "",
      ].filter(Boolean);
  return (
    <section
      aria-label="What the customer sees"
      className="mx-auto flex max-w-80 flex-col items-center rounded-lg border border-line bg-surface px-4 pt-3 pb-5 text-center shadow-(--shadow)"
    >
      <p className="flex items-center gap-2 self-start text-s font-[550]">
        <span
          aria-hidden
          style={page.color ? { backgroundColor: page.color, color: inkOn(page.color) } : undefined}
          className="grid size-5 place-items-center rounded-sm bg-text text-xs font-[650] text-surface"
        >
          {(page.name || "Y").charAt(0).toUpperCase()}
        </span>
        {page.name || "Your shop"}
      </p>
      <span className={`mt-5 mb-3 grid size-14 place-items-center rounded-full ${soft[tone]}`}>
        <StateGlyph tone={tone} size={22} />
      </span>
      <p className="text-l font-[650] text-balance">{headline}</p>
      {facts.length > 0 && <p className="mt-0.5 text-text-2 tabular-nums">{facts.join(" · ")}</p>}
      <p className="mt-2 text-s text-pretty text-text-2">{(!unseen && usualWords(status, now)) || sentence}</p>
      {!unseen && !hidden.has("timeline") && <Steps status={status} />}
    </section>
  );
}

function Steps({ status: { steps } }: { status: StatusDetail }) {
  if (steps.length === 0) return null;
  return (
    <ol aria-label="Steps" className="mt-4 flex w-full justify-center">
      {steps.slice(-4).map(({ state, at }) => (
        <li key={`${state} ${at}`} className="group relative flex min-w-0 flex-1 flex-col items-center text-xs">
          <span
            aria-hidden
            className="absolute top-[5px] right-1/2 left-[-50%] h-px bg-line-strong group-first:hidden"
          />
          <span className="relative bg-surface px-1">
            <StateGlyph tone={toneOf(state)} />
          </span>
          <span className="mt-1">{stepWord(state)}</span>
          <span className="text-text-3">
            <Time at={at} form="short" />
          </span>
        </li>
      ))}
    </ol>
  );
}

const ways: Record<Shown["by"], string> = {
  socket: "by its live connection",
  poll: "by polling",
  page: "with the page itself",
};

/** When a page first showed each state to somebody. */
function Seen({ status: { steps, shown } }: { status: StatusDetail }) {
  const states = [...new Set([...shown.map(({ state }) => state), ...steps.map(({ state }) => state)])];
  return (
    <section>
      <h3 className="font-semibold">Seen on a status page</h3>
      {shown.length === 0 ? (
        <p className="mt-1 text-text-2">Not opened yet.</p>
      ) : (
        <dl className="mt-1 divide-y divide-line rounded-lg border border-line bg-surface">
          {states.map((state) => {
            const seen = shown.find((one) => one.state === state);
            return (
              <div key={state} className="grid grid-cols-[132px_1fr] gap-3 px-3 py-1.5">
                <dt>{stepWord(state)}</dt>
                <dd className={seen ? "text-text-2" : "text-text-3"}>
                  {seen ? (
                    <>
                      <Time at={seen.at} form="recent" />, {ways[seen.by] ?? seen.by}
                    </>
                  ) : (
                    "no page showed it"
                  )}
                </dd>
              </div>
            );
          })}
        </dl>
      )}
    </section>
  );
}
