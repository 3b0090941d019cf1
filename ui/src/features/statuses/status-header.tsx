// The header of the status pane: state, amount, figures and notes. It is read from top to bottom as one account: what
// is so, whose it is, since when, which sums it comes from, what is wrong, and what else is worth knowing.

import { useQuery } from "@tanstack/react-query";
import { ExternalLink, X } from "lucide-react";
import { statusQuery } from "../../entities/status/queries";
import { StateGlyph } from "../../entities/status/state-glyph";
import type { StatusDetail } from "../../entities/status/status";
import { capital, methodLabel, nounOf, stateLabel, titleOf } from "../../entities/status/status-labels";
import { formatAmount } from "../../lib/amount";
import { useNow } from "../../lib/use-now";
import { Fact } from "../../ui/fact";
import { IconButton } from "../../ui/icon-button";
import { Tag } from "../../ui/tag";
import { Time } from "../../ui/time";
import { headerFlagsOf } from "./flags";
import { latencyText } from "./latency";
import { Names } from "./names";
import { OpenStatus } from "./open-status";
import { Reviewed } from "./review-form";
import { ReviewNotes } from "./review-notes";
import { moneySentence } from "./sums";
import { SumsList } from "./sums-list";

interface StatusHeaderProps {
  status: StatusDetail;
  endpointName: string;
  onClose: () => void;
}

/** The state, the amount, the figures and the notes of a status. */
export function StatusHeader({ status, endpointName, onClose }: StatusHeaderProps) {
  const { state, tone, level, parent, method, amount, currency, created_at, updated_at, url } = status;
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
            <StateGlyph tone={tone} state={state} size={14} />
            {stateLabel(status)}
          </span>
          {amount ? <span className="font-normal tabular-nums">{formatAmount(amount, currency)}</span> : null}
        </h2>
        <IconButton label="Close" keys="escape" icon={<X size={15} />} onClick={onClose} className="-mr-1.5" />
      </div>
      <Identity status={status} endpointName={endpointName} />
      {parent && <PartOf id={parent} />}
      <div className="flex flex-wrap gap-1.5">
        <Fact>
          since <Time at={updated_at} form="second" />
        </Fact>
        {Date.parse(created_at) > 0 && (
          <Fact>
            began <Time at={created_at} form="second" />
          </Fact>
        )}
        {method && <Fact>{methodLabel(method)}</Fact>}
        {url && /^https?:/.test(url) && (
          <Fact>
            <a href={url} target="_blank" rel="noreferrer" className="inline-flex items-center gap-1 text-beam">
              at the provider <ExternalLink size={11} aria-hidden />
            </a>
          </Fact>
        )}
      </div>
      <Waiting status={status} />
      <SumsList status={status} />
      <ReviewNotes key={status.id} status={status} />
      <Reviewed status={status} />
      <Flags status={status} />
      {!level && <Names names={status.aliases} className="mt-2.5" />}
    </header>
  );
}

/** “Order 10-7001 · ada@example.com · from shop. €20.00 refunded.” */
function Identity({ status, endpointName }: Pick<StatusHeaderProps, "status" | "endpointName">) {
  const { title, customer } = status;
  const named = titleOf(status);
  const parts = [title !== named && title, customer, `from ${senderName(endpointName)}`].filter((part) => !!part);
  return (
    <p className="mt-0.5 mb-2.5 text-pretty break-words text-text-2">
      {capital(nounOf(status))} <b className="font-semibold text-text">{named}</b> · {parts.join(" · ")}.{" "}
      {moneySentence(status)}
    </p>
  );
}

/** The endpoint as the source of a status. Statuses stay when their endpoint is deleted. */
function senderName(name: string): string {
  return name === "deleted" ? "a deleted endpoint" : name || "an endpoint";
}

/** The way back from a payment to its order. */
function PartOf({ id }: { id: string }) {
  const { data } = useQuery(statusQuery(id));
  return (
    <p className="-mt-1.5 mb-2.5 text-text-2">
      Part of{" "}
      <OpenStatus id={id} className="text-beam underline underline-offset-2">
        {data ? `${nounOf(data)} ${titleOf(data)}` : "an order"}
      </OpenStatus>
      {data && `: ${stateLabel(data).toLowerCase()}`}
    </p>
  );
}

/** How long such payments take, while the customer waits. The status page says the same. */
function Waiting({ status }: { status: StatusDetail }) {
  const now = useNow(!status.final && !!status.time_to_paid);
  const words = latencyText(status, now);
  return words ? <p className="mt-2.5 text-pretty text-text-2">{words}</p> : null;
}

/** What is worth knowing beside the state, each with the tag that its row in the list has. */
function Flags({ status }: { status: StatusDetail }) {
  const flags = headerFlagsOf(status);
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
