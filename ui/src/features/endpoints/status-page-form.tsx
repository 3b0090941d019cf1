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
        <legend className="mb-1 text-s font-[550]">It shows the state, and</legend>
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
        hint="The origins of your own pages, one on each line. No other page can show it in a frame."
        error={mistakes.embed}
        value={draft.embed}
        placeholder="https://shop.example"
        onValue={(embed) => set({ embed })}
      />
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
