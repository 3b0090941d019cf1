// The fields of the endpoint form for the settings of its provider.

import type { Provider } from "../../entities/provider/queries";
import { Field } from "../../ui/field";
import { Input } from "../../ui/input";
import type { EndpointDraft } from "./endpoint-draft";

interface SettingFieldsProps {
  settings: Provider["settings"];
  draft: EndpointDraft;
  onChange: (change: Partial<EndpointDraft>) => void;
}

/** One text field for each setting. */
export function SettingFields({ settings, draft, onChange }: SettingFieldsProps) {
  return settings.map(({ name, label, hint, required }) => (
    <Field key={name} label={required ? label : `${label} (optional)`} hint={hint}>
      {(control) => (
        <Input
          {...control}
          mono
          value={draft.settings[name] ?? ""}
          onChange={(change) => onChange({ settings: { ...draft.settings, [name]: change.target.value } })}
          spellCheck={false}
        />
      )}
    </Field>
  ));
}
