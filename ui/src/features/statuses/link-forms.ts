// The names by which a status link can be made: the order number, the checkout, one payment.

import type { StatusDetail } from "../../entities/status/status";
import { bareName, capital, stateWord } from "../../entities/status/status-labels";

/** One name that a link can have, and what a person calls it. */
export interface LinkForm {
  subject: string;
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

/** The names of a status and, for an order, of its payments. The first is the one that shows the whole status. */
export function linkForms({ subject, aliases, level, reference, members }: StatusDetail): LinkForm[] {
  const number = level && reference ? [`order/${reference}`] : [];
  const own = level === "payment" ? [subject, ...aliases, ...number] : [...number, subject, ...aliases];
  const ofMembers = (members ?? []).map((one) => one.subject);
  return [...new Set([...own, ...ofMembers])].slice(0, mostForms).map((name) => ({
    subject: name,
    label: labelOf(name, { one: level !== "order" && level !== "reference" }),
  }));
}

function labelOf(name: string, { one }: { one: boolean }): string {
  const prefix = name.slice(0, -bareName(name).length - 1);
  if (prefix === "payment") return one ? "This payment" : "One payment";
  return prefixes[prefix] ?? capital(stateWord(prefix.replaceAll("-", " ")));
}
