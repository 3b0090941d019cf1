// The filter of the statuses screen: kinds, states and reasons for review with live counts, endpoint and mode.

import { useQuery } from "@tanstack/react-query";
import { useEndpoints } from "../../entities/endpoint/queries";
import { type CountFilter, countsQuery, kindsQuery } from "../../entities/status/queries";
import { StateGlyph } from "../../entities/status/state-glyph";
import type { StatusCounts, SubjectKind } from "../../entities/status/status";
import { capital, inOrder, kindWords, stateWord, toneOf } from "../../entities/status/status-labels";
import { formatCount } from "../../lib/format";
import { Select } from "../../ui/select";
import { anyReview } from "./filter";
import { reasonLabel, reviewReasons } from "./review";
import { statuses } from "./statuses";
import type { StatusTerms, TermKey } from "./use-statuses-url";

const chip =
  "inline-flex shrink-0 cursor-pointer items-center gap-1.5 rounded-full px-[9px] py-[3px] " +
  "whitespace-nowrap text-text-2 hover:text-text aria-pressed:bg-hover aria-pressed:font-[550] " +
  "aria-pressed:text-text pointer-coarse:py-2";

interface StatusFilterBarProps {
  terms: StatusTerms;
  /** The filter of the counts. */
  filter: CountFilter;
  onTerm: (key: TermKey, value: string | undefined) => void;
}

/** The number of statuses in each state, and of those that need review, live. A click filters by it. */
export function StatusFilterBar({ terms, filter, onTerm }: StatusFilterBarProps) {
  const { data } = useQuery(countsQuery(filter));
  const { counts, review } = data ?? { counts: {}, review: { total: 0, reasons: {} } };
  const states = inOrder([...new Set([...Object.keys(counts), ...(terms.state ? [terms.state] : [])])]);
  const all = Object.values(counts).reduce((sum, n) => sum + n, 0);
  return (
    <div className="flex shrink-0 flex-col border-b border-line bg-surface text-s">
      <Kinds chosen={terms.kind} onKind={(kind) => onTerm("kind", kind)} />
      <div className="flex h-9 items-center gap-2 px-4 max-md:h-12 max-md:px-2">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
        <div role="group" aria-label="States" className="flex min-w-0 flex-1 gap-1 overflow-x-auto">
          <button
            type="button"
            aria-pressed={!terms.state && !terms.review}
            onClick={() => onTerm(terms.state ? "state" : "review", undefined)}
            className={chip}
          >
            All <Count n={all} />
          </button>
          {(review.total > 0 || terms.review) && (
            <button
              type="button"
              aria-pressed={!!terms.review}
              onClick={() => onTerm("review", terms.review ? undefined : anyReview)}
              className={chip}
            >
              <StateGlyph tone="warning" />
              Needs review <Count n={review.total} />
            </button>
          )}
          {states.map((state) => (
            <button
              key={state}
              type="button"
              aria-pressed={terms.state === state}
              onClick={() => onTerm("state", terms.state === state ? undefined : state)}
              className={chip}
            >
              <StateGlyph tone={statuses.tone(state) ?? toneOf(state)} state={state} />
              {capital(stateWord(state))} <Count n={counts[state] ?? 0} />
            </button>
          ))}
        </div>
        <Narrowing terms={terms} onTerm={onTerm} />
      </div>
      {terms.review && (
        <Reasons chosen={terms.review} counts={review} onReason={(reason) => onTerm("review", reason)} />
      )}
    </div>
  );
}

/** A number of statuses. */
function Count({ n }: { n: number }) {
  return <span className="font-normal text-text-3 tabular-nums">{formatCount(n)}</span>;
}

interface ReasonsProps {
  chosen: string;
  counts: StatusCounts["review"];
  onReason: (reason: string) => void;
}

/** The reasons for review that occur. A click narrows the list to one of them. */
function Reasons({ chosen, counts: { total, reasons }, onReason }: ReasonsProps) {
  const known = reviewReasons.filter((reason) => reasons[reason] || reason === chosen);
  const others = Object.keys(reasons).filter((reason) => !known.some((one) => one === reason));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div role="group" aria-label="Reasons" className="flex gap-1 overflow-x-auto px-4 pb-2 max-md:px-2">
      {[anyReview, ...known, ...others].map((reason) => (
        <button
          key={reason}
          type="button"
          aria-pressed={chosen === reason}
          onClick={() => onReason(reason)}
          className={chip}
        >
          {reason === anyReview ? "Any reason" : reasonLabel(reason)}{" "}
          <Count n={reason === anyReview ? total : (reasons[reason] ?? 0)} />
        </button>
      ))}
    </div>
  );
}

interface KindsProps {
  chosen: string | undefined;
  onKind: (kind: SubjectKind | undefined) => void;
}

/** The kinds that exist, if there are several. */
function Kinds({ chosen, onKind }: KindsProps) {
  const { data: kinds = [] } = useQuery(kindsQuery);
  if (kinds.length < 2 && !chosen) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div role="group" aria-label="Kinds" className="flex gap-1 overflow-x-auto px-4 pt-2 max-md:px-2">
      {[undefined, ...kinds].map((kind) => (
        <button
          key={kind ?? "all"}
          type="button"
          aria-pressed={chosen === kind}
          onClick={() => onKind(kind)}
          className={chip}
        >
          {kind ? kindWords(kind).many : "Everything"}
        </button>
      ))}
    </div>
  );
}

const modes = [
  { value: "", label: "Live and test" },
  { value: "live", label: "Live" },
  { value: "test", label: "Test" },
];

/** The filters by endpoint and mode. */
function Narrowing({ terms, onTerm }: Pick<StatusFilterBarProps, "terms" | "onTerm">) {
  const { data: endpoints = [] } = useEndpoints();
  const names = [...new Set([...endpoints.map(({ name }) => name), ...(terms.endpoint ? [terms.endpoint] : [])])];
  return (
    <div className="flex shrink-0 gap-1.5 max-lg:hidden">
      {names.length > 1 && (
        <Select
          aria-label="Endpoint"
          choices={[{ value: "", label: "All endpoints" }, ...names.map((name) => ({ value: name, label: name }))]}
          value={terms.endpoint ?? ""}
          onChange={(change) => onTerm("endpoint", change.target.value)}
          className="max-w-36 [&_select]:h-[26px]"
        />
      )}
      <Select
        aria-label="Mode"
        choices={modes}
        value={terms.mode ?? ""}
        onChange={(change) => onTerm("mode", change.target.value)}
        className="[&_select]:h-[26px]"
      />
    </div>
  );
}
