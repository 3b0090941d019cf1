// The choice of the provider, with instructions to set up its webhook.

import type { Provider } from "../../entities/provider/queries";
import { Field } from "../../ui/field";
import { Select } from "../../ui/select";

const groups: Record<Provider["category"], string> = {
  general: "General",
  payments: "Payments",
  code: "Code and builds",
  shops: "Shops",
  chat: "Chat and calls",
  mail: "Mail",
  identity: "Identity",
  crm: "Forms and CRM",
  monitoring: "Monitoring",
};

interface ProviderFieldProps {
  providers: readonly Provider[];
  value: string;
  onProvider: (id: string) => void;
}

/** The provider, and how to set up the webhook there. */
export function ProviderField({ providers, value, onProvider }: ProviderFieldProps) {
  const chosen = providers.find(({ id }) => id === value);
  const choices = providers.map(({ id, name, category }) => ({ value: id, label: name, group: groups[category] }));
  return (
    <div className="flex flex-col gap-2">
      <Field label="Sender" hint="Type the first letters to find one.">
        {(control) => (
          <Select
            {...control}
            choices={chosen ? choices : [{ value, label: value }, ...choices]}
            value={value}
            onChange={(change) => onProvider(change.target.value)}
          />
        )}
      </Field>
      {chosen && (
        <ol
          aria-label={`How to set up ${chosen.name}`}
          className={
            "list-decimal space-y-1 rounded-lg border border-line bg-surface py-2.5 pr-3 pl-7 " +
            "text-pretty text-text-2 marker:text-text-3"
          }
        >
          {chosen.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
    </div>
  );
}
