import type { ReactNode } from "react";
import { amountOf, textsOf, wordsOf } from "../embed/words";
import { type Place, usePaymentStatus, type WatchedStatus } from "./use-payment-status";

export interface PaymentStatusProps extends Place {
  token: string | null | undefined;
  /** Draws it another way. */
  children?: (status: WatchedStatus) => ReactNode;
}

/** Where a payment stands, live: as its children draw it, or plainly. */
export function PaymentStatus({ token, url, lang = "en", children }: PaymentStatusProps): ReactNode {
  const watched = usePaymentStatus(token, { url, lang });
  if (children) return children(watched);
  const { status, tone, reference, test, connection } = watched;
  const words = wordsOf(lang);
  const known = status === undefined ? undefined : { ...watched, status };
  const { title, note, line } = textsOf(words, known, connection === "connecting" ? undefined : connection);
  const amount = amountOf(watched, lang);
  return (
    <div lang={lang} data-state={status} data-tone={tone} data-connection={connection}>
      <p role="status">
        <strong>{title}</strong>
        {note ? <span> {note}</span> : null}
        {amount ? <span> {amount}</span> : null}
        {reference ? <span> {reference}</span> : null}
        {test ? <small> {words.test}</small> : null}
      </p>
      {line ? <small>{line}</small> : null}
    </div>
  );
}
