// The secrets in the endpoint form. The server is asked about each when it was typed; one click answers its doubts.

import { Dices, Eye, EyeOff, Plus, X } from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import { mayFetch } from "../../entities/endpoint/open-endpoint";
import type { Provider, SecretOpinion } from "../../entities/provider/queries";
import { Button } from "../../ui/button";
import { Callout } from "../../ui/callout";
import { Copy } from "../../ui/copy";
import { IconButton } from "../../ui/icon-button";
import { Input } from "../../ui/input";
import { generatedSecret, type SecretDraft } from "./endpoint-draft";
import type { SecretChecks } from "./secret-checks";

interface SecretsFieldProps {
  /** Who sends; absent until it is known. */
  provider: Provider | undefined;
  secrets: SecretDraft[];
  onSecrets: (secrets: SecretDraft[]) => void;
  checks: SecretChecks;
  /** Saving waits for an answer to the doubts. */
  held: boolean;
  /** The user wants a secret in spite of the doubts about it. */
  onUseAnyway: (secret: SecretDraft) => void;
  mistakes: Record<number, string> | undefined;
  /** Deliveries are to be checked, with nothing to check them with. */
  missing: boolean;
  /** What the server says of that. */
  refused: string | undefined;
  onSwitchOff: () => void;
  /** Is given the button that adds one. */
  addRef: RefObject<HTMLButtonElement | null> | undefined;
}

/** An endpoint's secrets. Several can be active, so that one can be rotated without a gap. */
export function SecretsField(props: SecretsFieldProps) {
  const { provider, secrets, onSecrets, checks, held, mistakes, missing, refused, onSwitchOff, addRef } = props;
  const change = (key: number, part: Partial<SecretDraft>) =>
    onSecrets(secrets.map((secret) => (secret.key === key ? { ...secret, ...part } : secret)));
  const add = () => {
    const key = Math.max(-1, ...secrets.map((s) => s.key)) + 1;
    onSecrets([...secrets, { label: secrets.length === 0 ? "live" : "", value: "", kept: false, key }]);
  };

  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 text-s font-[550]">Secrets</legend>
      {secrets.map((secret) => (
        <SecretRow
          key={secret.key}
          secret={secret}
          mistake={mistakes?.[secret.key]}
          opinion={checks.opinionOf(secret)}
          used={checks.isUsed(secret)}
          held={held}
          onAsk={(value) => void checks.ask({ ...secret, value })}
          onUseAnyway={() => props.onUseAnyway(secret)}
          onChange={(part) => change(secret.key, part)}
          onRemove={() => onSecrets(secrets.filter((other) => other.key !== secret.key))}
        />
      ))}
      <div>
        <Button ref={addRef} onClick={add}>
          <Plus size={13} aria-hidden /> Add a secret
        </Button>
      </div>
      {(missing || refused) && (
        <Callout
          alert
          tone="bad"
          title={missing ? "There is no secret to check with" : "Could not save the endpoint"}
          action={
            <Button className="bg-surface" onClick={onSwitchOff}>
              Switch checking off
            </Button>
          }
        >
          {refused ??
            "No delivery can be verified without a secret. Add one, or switch checking off: the endpoint " +
              "then accepts every delivery, from anyone who knows its address."}
        </Callout>
      )}
      <p className="text-s text-pretty text-text-3">
        {provider && `${provider.secret.name}: ${provider.secret.hint}. `}
        {!(provider && mayFetch(provider.id)) && "Without a secret nothing proves who sent a delivery."}
      </p>
    </fieldset>
  );
}

interface SecretRowProps {
  secret: SecretDraft;
  mistake: string | undefined;
  /** What the server says about the value; undefined while it was not asked. */
  opinion: SecretOpinion | undefined;
  /** It is used in spite of the doubts. */
  used: boolean;
  held: boolean;
  onAsk: (value: string) => void;
  onUseAnyway: () => void;
  onChange: (part: Partial<SecretDraft>) => void;
  onRemove: () => void;
}

function SecretRow({ secret, mistake, opinion, used, held, onAsk, onUseAnyway, onChange, onRemove }: SecretRowProps) {
  const { label, value, kept, key, weakness } = secret;
  const bad = mistake || opinion?.error;
  const doubts = value === "" && weakness ? [weakness] : (opinion?.doubts ?? []).map(({ detail }) => detail);
  const asks = !bad && value !== "" && doubts.length > 0 && !used;
  const anyway = useRef<HTMLButtonElement>(null);
  useEffect(
    function leadToTheQuestion() {
      if (held && asks) anyway.current?.focus();
    },
    [held, asks],
  );
  const [shown, setShown] = useState(false);
  const name = label || "new";
  const id = `secret-${key}-note`;
  const generate = () => {
    onChange({ value: generatedSecret() });
    setShown(true); // it is on its way to the sender
  };
  const note = { ...(bad && { "aria-invalid": true }), ...((bad || doubts.length > 0) && { "aria-describedby": id }) };
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center gap-1.5">
        <Input
          aria-label={`Label of secret ${name}`}
          value={label}
          onChange={(event) => onChange({ label: event.target.value })}
          placeholder="label"
          autoFocus={!kept && label === ""}
          readOnly={kept}
          maxLength={40}
          className="max-w-28 read-only:text-text-2"
          {...note}
        />
        <Input
          aria-label={`Value of secret ${name}`}
          mono
          type={shown ? "text" : "password"}
          value={value}
          onChange={(event) => onChange({ value: event.target.value })}
          onBlur={(event) => onAsk(event.target.value)}
          placeholder={kept ? "kept; type to replace it" : "paste the value"}
          autoFocus={!kept && label !== ""}
          autoComplete="new-password"
          spellCheck={false}
          {...note}
        />
        <IconButton
          label={shown ? `Hide secret ${name}` : `Show secret ${name}`}
          icon={shown ? <EyeOff size={14} /> : <Eye size={14} />}
          onClick={() => setShown(!shown)}
          disabled={value === ""}
        />
        {value ? (
          <Copy text={value} what={`secret ${name}`} small />
        ) : (
          <IconButton label={`Generate secret ${name}`} icon={<Dices size={14} />} onClick={generate} />
        )}
        <IconButton label={`Remove secret ${name}`} icon={<X size={14} />} onClick={onRemove} />
      </div>
      <div role="status" id={id} className="text-s text-pretty">
        {bad && <p className="text-bad">{bad}</p>}
        {!bad &&
          doubts.map((doubt) => (
            <p key={doubt} className="text-wait">
              {doubt}
            </p>
          ))}
      </div>
      {asks && (
        <div>
          <Button ref={anyway} onClick={onUseAnyway} aria-describedby={id}>
            Use it anyway
          </Button>
        </div>
      )}
    </div>
  );
}
