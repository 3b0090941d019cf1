// The folded sections of an endpoint’s pane about statuses: what they are read from, their pages, and mappings.

import { type ReactNode, useEffect, useRef, useState } from "react";
import { useSearch } from "wouter";
import type { Endpoint } from "../../lib/api";
import { LinkKeys } from "./link-keys";
import { OwnStatuses } from "./own-statuses";
import { StatusPageForm } from "./status-page-form";
import { StatusSourceForm } from "./status-source-form";

/**
 * The settings of an endpoint for statuses. Each section is folded, because most users never change them; `?open=` in
 * the address unfolds one, so that other screens can lead to it.
 */
export function StatusPageSection({ endpoint }: { endpoint: Endpoint }) {
  const rules = endpoint.statuses;
  const own = endpoint.provider === "generic" || !!rules.mapping;
  const source = [rules.only, rules.references, rules.references_scope, rules.references_unique, rules.unsigned];
  return (
    <section className="flex flex-col gap-3">
      {/* What was saved makes a new draft. Each form has its own: saving one keeps what was typed in another. */}
      <Fold name="orders" title="Orders and payments">
        <StatusSourceForm key={JSON.stringify(source)} endpoint={endpoint} />
      </Fold>
      <Fold name="page" title="Status page">
        <StatusPageForm key={JSON.stringify(rules.page)} endpoint={endpoint} />
        <hr className="border-line" />
        <LinkKeys endpoint={endpoint.id} />
      </Fold>
      {own && (
        <Fold name="own" title="Your own statuses">
          <OwnStatuses key={JSON.stringify(rules.mapping)} endpoint={endpoint} />
        </Fold>
      )}
    </section>
  );
}

interface FoldProps {
  /** Its name in `?open=`. */
  name: string;
  title: string;
  children: ReactNode;
}

/** The children are rendered, and their data is fetched, only after unfolding. */
function Fold({ name, title, children }: FoldProps) {
  const asked = new URLSearchParams(useSearch()).get("open") === name;
  const [open, setOpen] = useState(asked);
  const summary = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!asked) return;
    setOpen(true);
    summary.current?.scrollIntoView?.({ block: "start" });
    summary.current?.focus({ preventScroll: true });
  }, [asked]);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary ref={summary} className="cursor-pointer text-s font-[550] text-text-2 hover:text-text">
        {title}
      </summary>
      {open && <div className="mt-3 flex flex-col gap-4 pb-2">{children}</div>}
    </details>
  );
}
