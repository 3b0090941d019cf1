import type { ReactNode } from "react";
import { textsOf, wordsOf } from "../embed/words";
import { formatAmount } from "../src/lib/amount";
import { type Place, usePaymentStatus, type WatchedStatus } from "./use-payment-status";

export interface PaymentStatusProps extends Place {
  token: string | null | undefined;
  /** Of the plain rendering: en, de, fr, es or hi. */
  lang?: string;
  /** Draws it another way. */
  children?: (status: WatchedStatus) => ReactNode;
}

/** Where a payment stands, live: as its children draw it, or plainly. */
export function PaymentStatus({ token, url, lang = "en", children }: PaymentStatusProps): ReactNode {
  const watched = usePaymentStatus(token, { url });
  if (children) return children(watched);
  const { status, tone, amount, currency, reference, test, connection } = watched;
  const words = wordsOf(lang);
  const { title, line } = textsOf(words, status, connection === "connecting" ? undefined : connection);
  return (
    <div lang={lang} data-state={status} data-tone={tone} data-connection={connection}>
      <p role="status">
        <strong>{title}</strong>
        {amount ? <span> {formatAmount(amount, currency, lang)}</span> : null}
        {reference ? <span> {reference}</span> : null}
        {test ? <small> {words.test}</small> : null}
      </p>
      {line ? <small>{line}</small> : null}
    </div>
  );
}
