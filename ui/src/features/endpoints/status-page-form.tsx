// The form for what an endpoint’s status pages show.

import { type FormEvent, useState } from "react";
import type { Endpoint } from "../../lib/api";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Tick } from "../../ui/tick";
import { LinesField } from "./lines-field";
import { useUpdateRules } from "./status-mutations";
import { draftOf, mistakesIn, type StatusPageDraft, shownFields, toRules } from "./status-page-draft";
import { StatusPageLook } from "./status-page-look";

/** What customers see on the status pages of an endpoint, and how it looks. */
export function StatusPageForm({ endpoint }: { endpoint: Endpoint }) {
  const [draft, setDraft] = useState(() => draftOf(endpoint.statuses));
  const [tried, setTried] = useState(false);
  const save = useUpdateRules(endpoint.id, () => `Saved the status page of ${endpoint.name}`);
  const set = (change: Partial<StatusPageDraft>) => setDraft((before) => ({ ...before, ...change }));
  const mistakes = tried ? mistakesIn(draft) : {};
  const show = (field: string, shown: boolean) =>
    set({ hidden: shown ? draft.hidden.filter((one) => one !== field) : [...draft.hidden, field] });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(mistakesIn(draft)).length > 0) return;
    save.mutate(toRules(draft));
  };

  return (
    <form onSubmit={submit} noValidate aria-label="Status page" className="flex flex-col gap-4">
      <StatusPageLook draft={draft} mistakes={mistakes} onChange={set} />
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 text-s font-[550]">It shows where the thing stands, and</legend>
        {shownFields.map(({ value, label }) => (
          <Tick
            key={value}
            label={label}
            checked={!draft.hidden.includes(value)}
            onTick={(shown) => show(value, shown)}
          />
        ))}
      </fieldset>
      <LinesField
        label="Pages that may show it in a frame"
        hint="The origins of your own pages, one on each line. Nobody else can frame it."
        error={mistakes.embed}
        value={draft.embed}
        placeholder="https://shop.example"
        onValue={(embed) => set({ embed })}
      />
      <LinesField
        label="Where your own order number stands"
        hint={
          "Paths in the body, one on each line, beside those that are known of the sender. It becomes " +
          "a name of the payment: order/10-4471."
        }
        value={draft.references}
        placeholder="data.object.metadata.order_id"
        onValue={(references) => set({ references })}
      />
      <div>
        <Tick
          label="Count what nothing was checked of"
          checked={draft.unsigned}
          onTick={(unsigned) => set({ unsigned })}
        />
        <p className="mt-0.5 pl-[22px] text-s text-pretty text-text-3">
          Then anyone who knows the address can have customers see what they like. Leave it off wherever there is a
          secret.
        </p>
      </div>
      {save.error && (
        <div className="-mx-4 -my-2">
          <ErrorNote title="Could not save the status page" error={save.error} />
        </div>
      )}
      <div className="flex justify-end">
        <Button type="submit" disabled={save.isPending}>
          Save the status page
        </Button>
      </div>
    </form>
  );
}
