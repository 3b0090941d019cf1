// The form for what an endpoint’s statuses are read from.

import { type FormEvent, useState } from "react";
import type { Endpoint } from "../../lib/api";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Field } from "../../ui/field";
import { Input } from "../../ui/input";
import { Tick } from "../../ui/tick";
import { FilterField } from "./filter-field";
import { linesOf } from "./lines";
import { LinesField } from "./lines-field";
import { useUpdateRules } from "./status-mutations";
import { type StatusSourceDraft, sourceDraftOf, sourceMistakes, toSourceRules } from "./status-source-draft";

/**
 * Which deliveries count, where order numbers are, and how two orders with one number are told apart. The note on a
 * shared reference leads here.
 */
export function StatusSourceForm({ endpoint }: { endpoint: Endpoint }) {
  const [draft, setDraft] = useState(() => sourceDraftOf(endpoint.statuses));
  const save = useUpdateRules(endpoint.id, () => `Saved what statuses of ${endpoint.name} are read from`);
  const set = (change: Partial<StatusSourceDraft>) => setDraft((before) => ({ ...before, ...change }));
  const { only: sent = "", references: paths = [] } = save.variables ?? {};
  const mistakes = sourceMistakes(save.error, sent);
  const samePaths = linesOf(draft.references).join() === paths.join(); // else the objection may be about nothing
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(toSourceRules(draft));
  };

  return (
    <form onSubmit={submit} noValidate aria-label="Orders and payments" className="flex flex-col gap-4">
      <FilterField
        label="Only deliveries that match"
        hint={
          "A filter. If two shops share one account at the provider, name the shop of this endpoint. " +
          "Empty: all count."
        }
        placeholder='body.data.object.metadata.site_url:"https://shop.example"'
        value={draft.only}
        mistake={mistakes.only}
        checked={sent}
        onValue={(only) => set({ only })}
      />
      <LinesField
        label="Paths of your order number"
        hint={
          "Where the body has it, one on each line, if Hookbeam does not find it by itself. A link can then name " +
          "order/10-4471."
        }
        error={samePaths ? mistakes.references : undefined}
        value={draft.references}
        placeholder="data.object.metadata.order_id"
        onValue={(references) => set({ references })}
      />
      <Field
        label="Path of the shop"
        hint={
          "Where the body names the shop, if several shops with one account give the same numbers. The same number " +
          "with another text there is another order’s."
        }
        error={mistakes.scope}
      >
        {(control) => (
          <Input
            {...control}
            mono
            value={draft.scope}
            onChange={(change) => set({ scope: change.target.value })}
            placeholder="data.object.metadata.site_url"
          />
        )}
      </Field>
      <Choice
        label="Every order number is unique"
        hint={
          "Payments with the same number are then one order, even if they name different customers. Leave it off " +
          "if a number can come again."
        }
        checked={draft.unique}
        onTick={(unique) => set({ unique })}
      />
      <Choice
        label="Unverified deliveries count"
        hint="Anyone who knows the address can then change what customers see. Leave it off if there is a secret."
        checked={draft.unsigned}
        onTick={(unsigned) => set({ unsigned })}
      />
      {mistakes.other !== undefined && (
        <div className="-mx-4 -my-2">
          <ErrorNote title="Could not save these settings" error={mistakes.other} />
        </div>
      )}
      <div className="flex items-center justify-end gap-3">
        <p className="flex-1 text-s text-pretty text-text-3">
          A change applies to past deliveries, too: their statuses are computed again.
        </p>
        <Button type="submit" disabled={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

interface ChoiceProps {
  label: string;
  hint: string;
  checked: boolean;
  onTick: (checked: boolean) => void;
}

/** A box to tick with a sentence that says what it changes. */
function Choice({ label, hint, checked, onTick }: ChoiceProps) {
  return (
    <div>
      <Tick label={label} checked={checked} onTick={onTick} />
      <p className="mt-0.5 pl-[22px] text-s text-pretty text-text-3">{hint}</p>
    </div>
  );
}
