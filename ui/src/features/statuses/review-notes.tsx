// Why a status needs review and what to do, in the header of its pane.

import { Fragment, type ReactNode } from "react";
import { Link } from "wouter";
import type { StatusDetail } from "../../entities/status/status";
import { bareName } from "../../entities/status/status-labels";
import { Callout } from "../../ui/callout";
import { OpenStatus } from "./open-status";
import { type ReviewNote, reviewNotes } from "./review";
import { ReviewForm } from "./review-form";

/**
 * One note for each reason: what is wrong, and what to do about it. An event that settles it removes the note; a person
 * can mark it as reviewed.
 */
export function ReviewNotes({ status }: { status: StatusDetail }) {
  const notes = reviewNotes(status);
  if (notes.length === 0) return null;
  return (
    <div className="mt-3 space-y-2">
      {notes.map((note) => (
        <Callout key={note.reason} tone="wait" title={note.title}>
          <p>{note.problem}</p>
          <p className="mt-1 text-text">
            <Action note={note} />
          </p>
        </Callout>
      ))}
      <ReviewForm id={status.id} />
    </div>
  );
}

/** What to do, with links to the payment and the settings that it names. */
function Action({ note: { action, payment, settings } }: { note: ReviewNote }) {
  const links: Record<string, ReactNode> = {
    payment: payment && (
      <OpenStatus id={payment.id} className="font-mono text-s break-all text-beam underline underline-offset-2">
        {bareName(payment.subject)}
      </OpenStatus>
    ),
    settings: settings && (
      <Link href={`/endpoints/${settings}?open=orders`} className="text-beam underline underline-offset-2">
        the endpoint’s settings
      </Link>
    ),
  };
  // Every second part is the name of a link.
  return action.split(/\{(\w+)\}/).map((part, i) => <Fragment key={part}>{i % 2 === 0 ? part : links[part]}</Fragment>);
}
