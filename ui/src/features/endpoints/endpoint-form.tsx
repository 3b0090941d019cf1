// The form for a new or an existing endpoint.

import { type FormEvent, type RefObject, useState } from "react";
import { useEndpoints } from "../../entities/endpoint/queries";
import { providerOf, useProviders } from "../../entities/provider/queries";
import type { Endpoint } from "../../lib/api";
import { Problem } from "../../lib/problem";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Field } from "../../ui/field";
import { Input } from "../../ui/input";
import { Select } from "../../ui/select";
import { AdvancedFields } from "./advanced-fields";
import {
  changed,
  draftOf,
  type EndpointDraft,
  lacksSecret,
  mistakesIn,
  proposedName,
  type SecretDraft,
  toleranceWith,
} from "./endpoint-draft";
import { ProviderField } from "./provider-field";
import { useSecretChecks } from "./secret-checks";
import { SecretsField } from "./secrets-field";
import { SettingFields } from "./setting-fields";

const modes = [
  { value: "enforce", label: "Enforce: reject what does not verify" },
  { value: "observe", label: "Observe: accept and mark it, never act on it" },
  { value: "off", label: "Off: check nothing" },
];

const checkHints: Record<EndpointDraft["verify"], string> = {
  enforce: "Only a delivery that verifies is accepted.",
  observe: "Every delivery is accepted. One that does not verify is marked.",
  off: "The endpoint is open: every delivery is accepted, and marked unsigned.",
};

interface EndpointFormProps {
  /** The endpoint to change; absent for a new one. */
  endpoint?: Endpoint;
  /** Is given the button that adds a secret. */
  addSecret?: RefObject<HTMLButtonElement | null>;
  saving: boolean;
  error: unknown;
  onSave: (draft: EndpointDraft) => void;
  onCancel: () => void;
}

/** The settings of an endpoint. Secrets can be entered, but stored ones are never shown. */
export function EndpointForm({ endpoint, addSecret, saving, error, onSave, onCancel }: EndpointFormProps) {
  const [draft, setDraft] = useState(() => draftOf(endpoint));
  const [tried, setTried] = useState(false);
  /** Saving was asked for, and waits for an answer to the doubts about a secret. */
  const [held, setHeld] = useState(false);
  const checks = useSecretChecks(draft);
  const set = (change: Partial<EndpointDraft>) => {
    setHeld(false);
    setDraft((before) => changed(before, change, endpoint));
  };
  const providers = useProviders();
  const endpoints = useEndpoints();
  const provider = providerOf(providers.data, draft.provider);
  const mistakes = tried ? mistakesIn(draft) : {};
  const taken = error instanceof Problem && error.code === "name_taken";
  const secretMissing = error instanceof Problem && error.code === "secret_missing";

  const choose = (id: string) => {
    const taken = endpoints.data?.map((e) => e.name) ?? [];
    const named = endpoint || (draft.name !== "" && draft.name !== proposedName(draft.provider, taken));
    // Another sender has other settings, and another tolerance unless somebody chose one.
    const tolerance = toleranceWith(draft.tolerance, provider, providerOf(providers.data, id));
    set({ provider: id, settings: {}, tolerance, ...(named ? {} : { name: proposedName(id, taken) }) });
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(mistakesIn(draft)).length > 0) return;
    const doubted = await checks.hold();
    setHeld(doubted);
    if (!doubted) onSave(draft);
  };
  const useAnyway = (secret: SecretDraft) => {
    if (!checks.use(secret) && held) onSave(draft);
  };

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-4">
      <ProviderField providers={providers.data ?? []} value={draft.provider} onProvider={choose} />
      <Field
        label="Name"
        hint={
          endpoint
            ? "Its address stays the same when the name changes."
            : "It begins the address: lower-case letters, digits and hyphens."
        }
        error={mistakes.name ?? (taken ? error.message : undefined)}
      >
        {(control) => (
          <Input
            {...control}
            mono
            value={draft.name}
            onChange={(change) => set({ name: change.target.value })}
            placeholder="stripe-live"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={40}
            autoFocus={!endpoint}
          />
        )}
      </Field>
      <SecretsField
        provider={provider}
        secrets={draft.secrets}
        onSecrets={(secrets) => set({ secrets })}
        checks={checks}
        held={held}
        onUseAnyway={useAnyway}
        mistakes={mistakes.secrets}
        missing={lacksSecret(draft)}
        refused={secretMissing && draft.verify !== "off" ? error.message : undefined}
        onSwitchOff={() => set({ verify: "off" })}
        addRef={addSecret}
      />
      <SettingFields
        settings={provider?.settings.filter(({ advanced }) => !advanced) ?? []}
        draft={draft}
        onChange={set}
      />
      <Field label="Check" hint={checkHints[draft.verify]}>
        {(control) => (
          <Select
            {...control}
            choices={modes}
            value={draft.verify}
            onChange={(change) => set({ verify: change.target.value as EndpointDraft["verify"] })}
          />
        )}
      </Field>
      <AdvancedFields draft={draft} provider={provider} onChange={set} />
      {error !== null && error !== undefined && !taken && !secretMissing && (
        <div className="-mx-4 -my-2">
          <ErrorNote title="Could not save the endpoint" error={error} />
        </div>
      )}
      <div className="flex justify-end gap-2">
        <Button variant="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button variant="primary" type="submit" disabled={saving}>
          {endpoint ? "Save" : "Create endpoint"}
        </Button>
      </div>
    </form>
  );
}
