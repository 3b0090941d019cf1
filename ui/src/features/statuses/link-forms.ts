// The names by which a status link can be made: the order number, the checkout, one payment.

import type { StatusDetail } from "../../entities/status/status";
import { bareName, capital, stateWord } from "../../entities/status/status-labels";

/**
 * One name that a link can have, and what a person calls it. What its holder sees depends on the name: a link by an
 * order number shows the whole order, one by a payment that payment alone.
 */
export interface LinkForm {
  /** The alias that the link is about: `order/10-4471`. */
  subject: string;
  /** The account at the provider in which an order number is meant, where several have it. */
  account?: string;
  label: string;
}

/** So many are offered. Each costs a request, because each may show something else. */
export const mostForms = 8;

const prefixes: Record<string, string> = {
  order: "The order number",
  "adyen-order": "The order number",
  checkout: "The checkout",
  invoice: "The invoice",
  charge: "The charge",
  authorization: "The authorization",
};

/** Tells the forms of one status apart. */
export const formKey = ({ subject, account = "" }: LinkForm) => `${subject} ${account}`;

/** The names of a status and, for an order, of its payments. The first is the one that shows the whole status. */
export function linkForms({ subject, aliases, level, reference, members, accounts }: StatusDetail): LinkForm[] {
  const number = level && reference ? [`order/${reference}`] : [];
  const own = level === "payment" ? [subject, ...aliases, ...number] : [...number, subject, ...aliases];
  const ofMembers = (members ?? []).map((one) => one.subject);
  const one = level !== "order" && level !== "reference";
  return [...new Set([...own, ...ofMembers])]
    .flatMap((name) => formsOf(name, { one, accounts: number.includes(name) ? (accounts ?? []) : [] }))
    .slice(0, mostForms);
}

/**
 * A name as it is and, if several accounts have it, within each of them. Without an account it shows nobody's payment;
 * it is offered all the same, because links of that form may be out already.
 */
function formsOf(subject: string, { one, accounts }: { one: boolean; accounts: readonly string[] }): LinkForm[] {
  const label = labelOf(subject, one);
  const within = accounts.map((account) => ({ subject, account, label: `${label} in ${accountLabel(account)}` }));
  return within.length === 0 ? [{ subject, label }] : [...within, { subject, label: `${label} without an account` }];
}

function labelOf(name: string, one: boolean): string {
  const prefix = name.slice(0, -bareName(name).length - 1);
  if (prefix === "payment") return one ? "This payment" : "One payment";
  return prefixes[prefix] ?? capital(stateWord(prefix.replaceAll("-", " ")));
}

/** An account as people know it. Behind a bar stands what scopes numbers within it: `acct_1|https://shop.example`. */
function accountLabel(account: string): string {
  const [id = "", ...scope] = account.split("|");
  return [id, scope.join("|")].filter(Boolean).join(", ");
}
