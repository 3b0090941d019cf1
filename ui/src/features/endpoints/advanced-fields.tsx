// The fields of the endpoint form that most endpoints leave at their defaults.

import { Plus } from "lucide-react";
import type { Provider } from "../../entities/provider/queries";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { Input } from "../../ui/input";
import { Select } from "../../ui/select";
import { type EndpointDraft, sizeChoices, toleranceChoices } from "./endpoint-draft";
import { SettingFields } from "./setting-fields";

interface AdvancedFieldsProps {
  draft: EndpointDraft;
  provider: Provider | undefined;
  onChange: (change: Partial<EndpointDraft>) => void;
}

/** Settings that most endpoints leave at their defaults. */
export function AdvancedFields({ draft, provider, onChange }: AdvancedFieldsProps) {
  return (
    <details className="group">
      <summary className="cursor-pointer text-s font-[550] text-text-2 hover:text-text">Advanced</summary>
      <div className="mt-3 flex flex-col gap-4">
        <Field label="Age of a signature" hint="What was signed longer ago, or as far in the future, is rejected.">
          {(control) => (
            <Select
              {...control}
              choices={toleranceChoices(draft.tolerance)}
              value={draft.tolerance}
              onChange={(change) => onChange({ tolerance: change.target.value })}
            />
          )}
        </Field>
        {provider?.signs_url && (
          <Field
            label="Address as the sender knows it"
            hint="It is part of what is signed. Leave it empty where it is the endpoint’s own."
          >
            {(control) => (
              <Input
                {...control}
                mono
                type="url"
                value={draft.signedUrl}
                onChange={(change) => onChange({ signedUrl: change.target.value })}
                placeholder="https://"
                spellCheck={false}
              />
            )}
          </Field>
        )}
        <SettingFields
          settings={provider?.settings.filter(({ advanced }) => advanced) ?? []}
          draft={draft}
          onChange={onChange}
        />
        <AllowField draft={draft} ranges={provider?.ranges ?? []} onChange={onChange} />
        <Field label="Largest body" hint="Anything larger is answered with 413 and not kept.">
          {(control) => (
            <Select
              {...control}
              choices={sizeChoices(draft.maxBody)}
              value={String(draft.maxBody)}
              onChange={(change) => onChange({ maxBody: Number(change.target.value) })}
            />
          )}
        </Field>
        <RetentionFields draft={draft} onChange={onChange} />
      </div>
    </details>
  );
}

/** The endpoint's own limits on what is kept. */
function RetentionFields({ draft, onChange }: Pick<AdvancedFieldsProps, "draft" | "onChange">) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="text-s font-[550] text-text">What is kept</legend>
      <p className="text-s text-pretty text-text-3">
        The oldest deliveries beyond a limit are removed. Empty: only the server’s limits apply.
      </p>
      <div className="grid grid-cols-3 gap-2 max-md:grid-cols-1">
        <Field label="Age" hint="7d, 12h">
          {(control) => (
            <Input
              {...control}
              value={draft.maxAge}
              onChange={(change) => onChange({ maxAge: change.target.value })}
              maxLength={20}
              spellCheck={false}
            />
          )}
        </Field>
        <Field label="Number" hint="deliveries">
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              value={draft.maxDeliveries}
              onChange={(change) => onChange({ maxDeliveries: change.target.value })}
            />
          )}
        </Field>
        <Field label="Size" hint="MiB">
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              value={draft.maxMebibytes}
              onChange={(change) => onChange({ maxMebibytes: change.target.value })}
            />
          )}
        </Field>
      </div>
    </fieldset>
  );
}

interface AllowFieldProps {
  draft: EndpointDraft;
  ranges: Provider["ranges"];
  onChange: (change: Partial<EndpointDraft>) => void;
}

function AllowField({ draft, ranges, onChange }: AllowFieldProps) {
  const add = (cidrs: readonly string[]) => {
    const there = draft.allow.split(/[\s,]+/).filter(Boolean);
    onChange({ allow: [...new Set([...there, ...cidrs])].join("\n") });
  };
  return (
    <div className="flex flex-col gap-2">
      <Field
        label="Who may send"
        hint="An address or a CIDR on each line; empty: anyone. It is an extra: the signature is the check."
      >
        {(control) => (
          <textarea
            {...control}
            rows={draft.allow === "" ? 2 : 5}
            value={draft.allow}
            onChange={(change) => onChange({ allow: change.target.value })}
            placeholder="203.0.113.0/24"
            spellCheck={false}
            className={
              "w-full rounded-md border border-line-strong bg-bg px-2 py-1.5 font-mono text-s text-text " +
              "placeholder:text-text-3 pointer-coarse:text-base"
            }
          />
        )}
      </Field>
      {ranges.map(({ name, source, cidrs }) => (
        <p key={name} className="flex flex-wrap items-center gap-2 text-s text-text-3">
          {cidrs.length > 0 && (
            <Button onClick={() => add(cidrs)}>
              <Plus size={13} aria-hidden /> Add the {cidrs.length} of {name}
            </Button>
          )}
          <a href={source} target="_blank" rel="noreferrer" className="text-beam underline-offset-2 hover:underline">
            {cidrs.length > 0 ? "as published; it may change" : `${name} publishes its addresses`}
          </a>
        </p>
      ))}
    </div>
  );
}
