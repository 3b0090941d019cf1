// The form for a mapping, which reads statuses from deliveries of a sender that Hookbeam has no rules for.

import { useState } from "react";
import type { Endpoint } from "../../lib/api";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Field } from "../../ui/field";
import { Input } from "../../ui/input";
import { Segmented } from "../../ui/segmented";
import { draftOf, type MappingDraft, toMapping, withRow } from "./own-statuses-draft";
import { OwnStatusesStates } from "./own-statuses-states";
import { OwnStatusesTry } from "./own-statuses-try";
import { useTryMapping, useUpdateRules } from "./status-mutations";

const expressions = [
  ["subject", "What it is about", "Names the thing. Empty: the delivery tells of nothing.", "body.order.id"],
  ["state", "Where it stands", "", "body.order.state"],
  ["reference", "Your own number of it", "", "body.order.number"],
  ["amount", "Amount", "In the smallest unit: cents.", "body.order.total_cents"],
  ["currency", "Currency", "", `body.order.currency ?? "EUR"`],
  ["customer", "Customer", "The email address or id of who pays.", "body.customer.email"],
  ["occurredAt", "When it happened", "Empty: when it was received.", "body.created_at"],
] as const;

const needed = new Set(["subject", "state"]);

const kinds = [
  { value: "own", label: "Something of my own" },
  { value: "payment", label: "Payments" },
] as const;

/** The mapping has to be tried on past deliveries before it can be saved. */
export function OwnStatuses({ endpoint }: { endpoint: Endpoint }) {
  const { mapping } = endpoint.statuses;
  const [draft, setDraft] = useState(() => draftOf(mapping));
  const trial = useTryMapping(endpoint.id);
  const save = useUpdateRules(endpoint.id, ({ mapping }) =>
    mapping ? "Saved your own statuses" : "Your own statuses are gone",
  );
  const set = (change: Partial<MappingDraft>) => setDraft((before) => ({ ...before, ...change }));
  const meant = toMapping(draft);
  const complete = meant.subject !== "" && meant.state !== "";
  /** The mapping in the form is the one that was tried. */
  const tried =
    trial.data && JSON.stringify(toMapping(draftOf(trial.data.mapping))) === JSON.stringify(meant) && complete;
  const store = (next: typeof meant | null) => save.mutate({ mapping: next });

  return (
    <section aria-label="Your own statuses" className="flex flex-col gap-4">
      <Words />
      {meant.subject === "" && meant.state === "" && (
        <div>
          <Button
            onClick={() => trial.mutate(null, { onSuccess: ({ mapping }) => setDraft(draftOf(mapping)) })}
            disabled={trial.isPending}
          >
            Guess from the newest delivery
          </Button>
        </div>
      )}
      <div className="flex flex-col gap-1">
        <span className="text-s font-[550]">It tells of</span>
        <span className="flex">
          <Segmented label="It tells of" choices={kinds} value={draft.kind} onValue={(kind) => set({ kind })} />
        </span>
      </div>
      {expressions.map(([name, label, hint, example]) => (
        <Field key={name} label={needed.has(name) ? label : `${label} (optional)`} hint={hint || undefined}>
          {(control) => (
            <Input
              {...control}
              mono
              value={draft[name]}
              onChange={(change) => set({ [name]: change.target.value })}
              placeholder={example}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
            />
          )}
        </Field>
      ))}
      <OwnStatusesStates kind={draft.kind} states={draft.states} onStates={(states) => set({ states })} />
      <div className="flex flex-wrap items-center justify-end gap-2">
        {mapping && (
          <Button variant="quiet" className="mr-auto" onClick={() => store(null)} disabled={save.isPending}>
            Take them away
          </Button>
        )}
        <Button onClick={() => trial.mutate(meant)} disabled={trial.isPending || !complete}>
          Try on past deliveries
        </Button>
        <Button onClick={() => store(meant)} disabled={!tried || save.isPending}>
          Save
        </Button>
      </div>
      {!tried && !trial.error && (
        <p className="-mt-2 text-right text-s text-text-3">It can be saved once it was tried as it is now.</p>
      )}
      {(trial.error ?? save.error) && (
        <div className="-mx-4 -my-2">
          <ErrorNote title={trial.error ? "Could not try it" : "Could not save it"} error={trial.error ?? save.error} />
        </div>
      )}
      {trial.data && !trial.error && (
        <OwnStatusesTry
          result={trial.data}
          known={draft.states.map(({ value }) => value.trim())}
          stale={!tried}
          onAdd={(value) => set({ states: withRow(draft.states, value, draft.kind) })}
        />
      )}
    </section>
  );
}

const examples = [
  ["body.order.number", "something in the body, by its path"],
  [`body.paid ? "paid" : "open"`, "one of two words"],
  [`type startsWith "order." ? body.id : ""`, "only of some deliveries"],
] as const;

function Words() {
  return (
    <div className="text-s text-pretty text-text-2">
      <p>
        Say in expressions where things stand in what the sender sends. They see <code className="font-mono">body</code>
        , <code className="font-mono">headers</code>, <code className="font-mono">query</code>,{" "}
        <code className="font-mono">type</code> and <code className="font-mono">event</code>:
      </p>
      <dl className="mt-1.5 grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 max-md:grid-cols-1">
        {examples.map(([expression, meaning]) => (
          <div key={expression} className="contents">
            <dt className="font-mono break-all text-text">{expression}</dt>
            <dd className="text-text-3 max-md:mb-1">{meaning}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
