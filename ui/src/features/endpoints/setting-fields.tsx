// The settings that a provider has besides its secret.

import type { Provider } from "../../entities/provider/queries";
import { Field } from "../../ui/field";
import { Input } from "../../ui/input";
import { Select } from "../../ui/select";
import type { EndpointDraft } from "./endpoint-draft";

type Setting = Provider["settings"][number];

interface SettingFieldsProps {
  settings: readonly Setting[];
  draft: Pick<EndpointDraft, "settings" | "secretSettings">;
  onChange: (change: Pick<EndpointDraft, "settings">) => void;
}

/** A field for each setting: a list if it has fixed values, else a text. What is empty has its default. */
export function SettingFields({ settings, draft, onChange }: SettingFieldsProps) {
  const values = draft.settings;
  return settings.map((setting) => {
    const { name, label, hint, required, choices } = setting;
    const set = (value: string) => onChange({ settings: { ...values, [name]: value } });
    return (
      <Field key={name} label={required ? label : `${label} (optional)`} hint={hint}>
        {(control) =>
          choices && choices.length > 0 ? (
            <Select
              {...control}
              choices={choicesOf(setting, values[name] ?? "")}
              value={values[name] === setting.default ? "" : (values[name] ?? "")}
              onChange={(change) => set(change.target.value)}
            />
          ) : (
            <Input
              {...control}
              mono
              value={values[name] ?? ""}
              placeholder={draft.secretSettings?.includes(name) ? "kept; type to replace it" : setting.default}
              autoComplete="off"
              onChange={(change) => set(change.target.value)}
              spellCheck={false}
            />
          )
        }
      </Field>
    );
  });
}

/** The values to choose from, the default first, and the present one even if it is none of them. */
function choicesOf({ choices = [], default: usual }: Setting, present: string) {
  const others = [...new Set([...choices, present])].filter((value) => value !== "" && value !== usual);
  const first = { value: "", label: usual ? `${usual} (default)` : "Not set" };
  return [first, ...others.map((value) => ({ value, label: value }))];
}
