// The state of the form for status pages: draft, validation, and request.

import type { StatusRules, StatusRulesChange } from "../../entities/status/status-rules";
import { linesOf } from "./lines";

/** What a status page can show beside the state. */
export const shownFields = [
  { value: "amount", label: "the amount" },
  { value: "reference", label: "the order’s number" },
  { value: "timeline", label: "the steps" },
] as const;

/** The values of the form. Lists have one entry on each line. */
export interface StatusPageDraft {
  name: string;
  logo: string;
  color: string;
  back: string;
  hidden: string[];
  embed: string;
}

/** Error messages by field. */
export type StatusPageMistakes = Partial<Record<keyof StatusPageDraft, string>>;

/** The initial values: the current rules. */
export function draftOf({ page }: StatusRules): StatusPageDraft {
  const { name = "", logo = "", color = "", back = "", hidden, embed } = page;
  return { name, logo, color, back, hidden: hidden ?? [], embed: (embed ?? []).join("\n") };
}

/** Returns the error messages, which say what to do. */
export function mistakesIn({ logo, color, back, embed }: StatusPageDraft): StatusPageMistakes {
  const mistakes: StatusPageMistakes = {};
  if (logo && !isUrl(logo, ["https:"])) mistakes.logo = "Give a whole address that begins with https://.";
  if (color && !/^#[0-9a-f]{6}$/i.test(color)) mistakes.color = "Write it as # and six digits, such as #0a7f5c.";
  if (back && !isUrl(back, ["https:", "http:"])) mistakes.back = "Give a whole address, such as https://shop.example/.";
  const wrong = linesOf(embed).find((origin) => !isOrigin(origin));
  if (wrong) mistakes.embed = `“${wrong}” is not an origin. Write it without a path, such as https://shop.example.`;
  return mistakes;
}

/** The request for a draft. */
export function toRules(draft: StatusPageDraft): StatusRulesChange {
  const { name, logo, color, back, hidden, embed } = draft;
  const page = { name: name.trim(), logo: logo.trim(), color: color.trim().toLowerCase(), back: back.trim() };
  return { page: { ...page, hidden, embed: linesOf(embed) } };
}

function isUrl(text: string, schemes: string[]): boolean {
  return URL.canParse(text) && schemes.includes(new URL(text).protocol);
}

function isOrigin(text: string): boolean {
  return isUrl(text, ["https:", "http:"]) && new URL(text).origin === text.toLowerCase();
}
