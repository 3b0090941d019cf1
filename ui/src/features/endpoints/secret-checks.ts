// What the server says about the secrets in the endpoint form before they are saved, and which doubts were answered.

import { useState } from "react";
import { checkSecret, type SecretOpinion } from "../../entities/provider/queries";
import type { EndpointDraft, SecretDraft } from "./endpoint-draft";

/** The draft's secrets as the server sees them. A doubt holds saving up once, and never prevents it. */
export interface SecretChecks {
  /** What the server says about a secret; undefined while it was not asked. */
  opinionOf: (secret: SecretDraft) => SecretOpinion | undefined;
  /** The user wants the secret, whatever it looks like. */
  isUsed: (secret: SecretDraft) => boolean;
  /** Asks the server about a secret with this value. */
  ask: (secret: SecretDraft) => Promise<SecretOpinion | undefined>;
  /** Uses a secret in spite of the doubts. Returns whether any other secret still holds saving up. */
  use: (secret: SecretDraft) => boolean;
  /** Asks about all secrets that were not asked about. Returns whether one of them holds saving up. */
  hold: () => Promise<boolean>;
}

/** Checks the secrets of a draft. Answers are kept by what they depend on, so that an old one is never shown. */
export function useSecretChecks({ provider, settings, secrets }: EndpointDraft): SecretChecks {
  const [opinions, setOpinions] = useState<ReadonlyMap<string, SecretOpinion>>(new Map());
  const [used, setUsed] = useState<ReadonlySet<string>>(new Set());
  const keyOf = ({ value }: SecretDraft) => JSON.stringify([provider, settings, value]);

  const ask = async (secret: SecretDraft) => {
    if (secret.value === "") return undefined;
    const before = opinions.get(keyOf(secret));
    if (before) return before;
    const opinion = await checkSecret(provider, secret.value, settings).catch(() => undefined); // saving will say it
    if (opinion) setOpinions((known) => new Map(known).set(keyOf(secret), opinion));
    return opinion;
  };
  const holds = (secret: SecretDraft, opinion: SecretOpinion | undefined, accepted = used) =>
    !!opinion && (opinion.error !== "" || (opinion.doubts.length > 0 && !accepted.has(keyOf(secret))));

  return {
    opinionOf: (secret) => opinions.get(keyOf(secret)),
    isUsed: (secret) => used.has(keyOf(secret)),
    ask,
    use: (secret) => {
      const accepted = new Set(used).add(keyOf(secret));
      setUsed(accepted);
      return secrets.some((other) => holds(other, opinions.get(keyOf(other)), accepted));
    },
    hold: async () => {
      const answers = await Promise.all(secrets.map(async (secret) => holds(secret, await ask(secret))));
      return answers.includes(true);
    },
  };
}
