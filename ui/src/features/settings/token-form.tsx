// The form that creates an API token.

import { type FormEvent, useState } from "react";
import { useEndpoints } from "../../entities/endpoint/queries";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Field } from "../../ui/field";
import { Input } from "../../ui/input";
import { Select } from "../../ui/select";
import { Tick } from "../../ui/tick";
import { type NewToken, type Token, useCreateToken } from "./tokens-queries";

type Scope = NonNullable<NewToken["scopes"]>[number];

const scopes: { value: Scope; label: string }[] = [
  { value: "read", label: "read: deliveries, statuses, endpoints and live updates" },
  { value: "write", label: "write: change endpoints, decide about rejected deliveries and reviews" },
  { value: "listen", label: "listen: get deliveries as they arrive" },
  { value: "sign", label: "sign: create signed samples" },
  { value: "status:mint", label: "status:mint: create status links" },
];

const ends = [
  { value: "30d", label: "in 30 days" },
  { value: "90d", label: "in 90 days" },
  { value: "365d", label: "in a year" },
  { value: "", label: "never" },
];

interface TokenFormProps {
  onCreated: (token: Token) => void;
  onCancel: () => void;
}

/** Name, scopes, endpoints and end of a new token. */
export function TokenForm({ onCreated, onCancel }: TokenFormProps) {
  const endpoints = useEndpoints();
  const create = useCreateToken();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<Scope[]>(["read"]);
  const [limits, setLimits] = useState<string[]>([]);
  const [expires, setExpires] = useState("90d");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body: NewToken = { name, scopes: chosen };
    if (limits.length > 0) body.endpoints = limits;
    if (expires) body.expires_in = expires;
    create.mutate(body, { onSuccess: onCreated });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 rounded-lg border border-line bg-bg p-3">
      <Field label="Name" hint="What it is for.">
        {(control) => (
          <Input
            {...control}
            value={name}
            maxLength={60}
            required
            onChange={(change) => setName(change.target.value)}
          />
        )}
      </Field>
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 text-s font-[550]">Scopes</legend>
        {scopes.map(({ value, label }) => (
          <Tick
            key={value}
            label={label}
            checked={chosen.includes(value)}
            onTick={(on) => setChosen(toggled(chosen, value, on))}
          />
        ))}
      </fieldset>
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 text-s font-[550]">Endpoints</legend>
        <p className="text-s text-text-3">
          {limits.length === 0 ? "All endpoints, also later ones. Choose some to limit it." : "Only those chosen here."}
        </p>
        <div className="max-h-40 overflow-y-auto">
          {endpoints.data?.map(({ id, name: label }) => (
            <Tick
              key={id}
              label={label}
              checked={limits.includes(id)}
              onTick={(on) => setLimits(toggled(limits, id, on))}
            />
          ))}
        </div>
      </fieldset>
      <Field label="Expires">
        {(control) => (
          <Select {...control} choices={ends} value={expires} onChange={(change) => setExpires(change.target.value)} />
        )}
      </Field>
      {create.error && (
        <div className="-mx-4">
          <ErrorNote title="Could not create the token" error={create.error} />
        </div>
      )}
      <div className="flex gap-2">
        <Button type="submit" variant="primary" disabled={create.isPending || chosen.length === 0}>
          Create token
        </Button>
        <Button variant="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

/** A list with or without a value. */
function toggled<T>(list: T[], value: T, on: boolean): T[] {
  return on ? [...list, value] : list.filter((other) => other !== value);
}
