// The folded sections of an endpoint’s pane about status pages and mappings.

import type { ReactNode } from "react";
import { useState } from "react";
import type { Endpoint } from "../../lib/api";
import { LinkKeys } from "./link-keys";
import { OwnStatuses } from "./own-statuses";
import { StatusPageForm } from "./status-page-form";

/** The status page, and the mapping of a generic sender. Folded, because most users never change them. */
export function StatusPageSection({ endpoint }: { endpoint: Endpoint }) {
  const rules = endpoint.statuses;
  const own = endpoint.provider === "generic" || !!rules.mapping;
  return (
    <section className="flex flex-col gap-3">
      <Fold title="Status page">
        {/* What was saved makes a new draft. */}
        <StatusPageForm key={JSON.stringify([rules.page, rules.references, rules.unsigned])} endpoint={endpoint} />
        <hr className="border-line" />
        <LinkKeys endpoint={endpoint.id} />
      </Fold>
      {own && (
        <Fold title="Your own statuses">
          <OwnStatuses key={JSON.stringify(rules.mapping)} endpoint={endpoint} />
        </Fold>
      )}
    </section>
  );
}

/** The children are rendered, and their data is fetched, only after unfolding. */
function Fold({ title, children }: { title: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="cursor-pointer text-s font-[550] text-text-2 hover:text-text">{title}</summary>
      {open && <div className="mt-3 flex flex-col gap-4">{children}</div>}
    </details>
  );
}
