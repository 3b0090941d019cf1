// The state of the form for what statuses are read from: draft, request, and the server’s objections by field.

import type { StatusRules, StatusRulesChange } from "../../entities/status/status-rules";
import { Problem } from "../../lib/problem";
import { linesOf } from "./lines";

/**
 * The values of the form: which deliveries an endpoint’s statuses are read from, and how its order numbers are found
 * and told apart.
 */
export interface StatusSourceDraft {
  /** A filter; empty: all deliveries count. */
  only: string;
  /** Paths in the body, one on each line. */
  references: string;
  /** A path in the body; order numbers are told apart by what is there. */
  scope: string;
  /** No order number is ever given twice. */
  unique: boolean;
  /** Deliveries that were not verified count as well. */
  unsigned: boolean;
}

/** What the server said of a filter: a sentence, and the character that it is about. */
export interface FilterMistake {
  message: string;
  /** Counted from 0 in the draft’s text. */
  at: number;
}

/** What the server objected to, by field. `other` is about none of them. */
export interface SourceMistakes {
  only?: FilterMistake;
  references?: string;
  scope?: string;
  other?: unknown;
}

/** The initial values: the current rules. */
export function sourceDraftOf(rules: StatusRules): StatusSourceDraft {
  const { only, references, references_scope: scope, references_unique: unique, unsigned } = rules;
  return { only, references: references.join("\n"), scope, unique, unsigned };
}

/** The request for a draft. How pages look is saved by a form of its own, and left out here. */
export function toSourceRules({ only, references, scope, unique, unsigned }: StatusSourceDraft): StatusRulesChange {
  return {
    only: only.trim(),
    references: linesOf(references),
    references_scope: scope.trim(),
    references_unique: unique,
    unsigned,
  };
}

/**
 * Finds the field that a refused request is about. Filters and paths are checked by the server alone, because their
 * languages live there: a second parser here would disagree with it sooner or later. `sent` is the filter that was
 * sent.
 */
export function sourceMistakes(error: unknown, sent: string): SourceMistakes {
  if (!error) return {};
  if (!(error instanceof Problem)) return { other: error };
  if (error.code === "filter_invalid") {
    const only = filterMistake(error.detail, sent);
    return only ? { only } : { other: error };
  }
  if (error.detail.includes("statuses.references_scope")) return { scope: plain(error.detail) };
  return error.detail.includes("statuses.references") ? { references: plain(error.detail) } : { other: error };
}

/** Takes the sentence and the position out of “In statuses.only, invalid filter at position 9: …”. */
function filterMistake(detail: string, filter: string): FilterMistake | undefined {
  const [, position, message] = /invalid filter at position (\d+): (.*)$/s.exec(detail) ?? [];
  if (!position || !message) return undefined;
  return { message, at: characterAt(filter, Number(position) - 1) };
}

/** The server counts bytes of UTF-8. Text fields count UTF-16 units. */
function characterAt(text: string, byte: number): number {
  const before = new TextEncoder().encode(text).slice(0, Math.max(0, byte));
  return new TextDecoder().decode(before).length;
}

/** A sentence of the API without the names that only the API has. */
const plain = (detail: string) =>
  detail.replace(/ in statuses\.references(_scope)?/, "").replace("statuses.references can have", "There can be");
