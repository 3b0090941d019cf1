// The header of the status pane: state, amount and notes.

import { ExternalLink, X } from "lucide-react";
import { StateGlyph } from "../../entities/status/state-glyph";
import type { StatusDetail } from "../../entities/status/status";
import { bareName, capital, kindWords, stateWord, titleOf } from "../../entities/status/status-labels";
import { formatAmount } from "../../lib/amount";
import { useNow } from "../../lib/use-now";
import { Copy } from "../../ui/copy";
import { Fact } from "../../ui/fact";
import { IconButton } from "../../ui/icon-button";
import { Tag } from "../../ui/tag";
import { Time } from "../../ui/time";
import { flagsOf } from "./flags";
import { latencyText } from "./latency";

interface StatusHeaderProps {
  status: StatusDetail;
  endpointName: string;
  onClose: () => void;
}

/** The state, the amount, and the notes of a status. */
export function StatusHeader({ status, endpointName, onClose }: StatusHeaderProps) {
  const { state, tone, kind, amount, currency, refunded, customer, created_at, updated_at, title, url } = status;
  const named = titleOf(status);
  return (
    <header className="shrink-0 px-4 pt-3 pb-3">
      <div className="flex items-start gap-2">
        <h2
          className={
            "flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2 py-0.5 text-xl leading-[1.3] " +
            "font-[650] tracking-[-.015em]"
          }
        >
          <span className="flex items-center gap-2">
            <StateGlyph tone={tone} size={14} />
            {capital(stateWord(state))}
          </span>
          {amount ? <span className="font-normal tabular-nums">{formatAmount(amount, currency)}</span> : null}
        </h2>
        <IconButton label="Close" keys="escape" icon={<X size={15} />} onClick={onClose} className="-mr-1.5" />
      </div>
      <p className="mt-0.5 mb-2.5 text-pretty break-words text-text-2">
        {capital(kindWords(kind).one)} <b className="font-semibold text-text">{named}</b>
        {title && title !== named && `, ${title}`}
        {customer && ` of ${customer}`}, told by {teller(endpointName)}.
        {refunded ? ` ${formatAmount(refunded, currency)} of it went back.` : ""}
      </p>
      <div className="flex flex-wrap gap-1.5">
        <Fact>
          since <Time at={updated_at} form="second" />
        </Fact>
        <Fact>
          began <Time at={created_at} form="second" />
        </Fact>
        {url && /^https?:/.test(url) && (
          <Fact>
            <a href={url} target="_blank" rel="noreferrer" className="inline-flex items-center gap-1 text-beam">
              at the provider <ExternalLink size={11} aria-hidden />
            </a>
          </Fact>
        )}
      </div>
      <Waiting status={status} />
      <Flags status={status} />
      <Names names={status.aliases} />
    </header>
  );
}

function teller(name: string): string {
  return name === "deleted" ? "an endpoint that was deleted" : name || "an endpoint";
}

function Waiting({ status }: { status: StatusDetail }) {
  const now = useNow(!status.final && !!status.time_to_paid);
  const words = latencyText(status, now);
  return words ? <p className="mt-2.5 text-pretty text-text-2">{words}</p> : null;
}

function Flags({ status }: { status: StatusDetail }) {
  const flags = flagsOf(status);
  if (flags.length === 0) return null;
  return (
    <ul aria-label="Worth knowing" className="mt-2.5 space-y-1">
      {flags.map(({ tone, word, sentence }) => (
        <li key={word} className="grid grid-cols-[auto_1fr] items-baseline gap-2">
          <Tag tone={tone}>{word}</Tag>
          <span className="text-pretty text-text-2">{sentence}</span>
        </li>
      ))}
    </ul>
  );
}

/** All its names, as different events call it. */
function Names({ names }: { names: readonly string[] }) {
  return (
    <ul aria-label="Names" className="mt-2.5 flex flex-wrap gap-1.5">
      {names.map((name) => (
        <li
          key={name}
          className="inline-flex max-w-full items-center rounded-md bg-sunken pl-2 font-mono text-s text-text-2"
        >
          <span className="truncate">{name}</span>
          <Copy text={bareName(name)} what={bareName(name)} small />
        </li>
      ))}
    </ul>
  );
}
