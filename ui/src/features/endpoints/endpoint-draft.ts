// The state of the endpoint form: drafts, their validation, and the request that is made of them.

import { canCheck } from "../../entities/endpoint/open-endpoint";
import type { Endpoint, EndpointPatch, NewEndpoint } from "../../lib/api";
import { formatBytes } from "../../lib/format";

/** A secret in the form. A stored one has no value, because the server never returns it. */
export interface SecretDraft {
  label: string;
  value: string;
  /** It is on the server already; an empty value leaves it as it is. */
  kept: boolean;
  /** Tells rows apart while they are edited. */
  key: number;
  /** Why the stored one is weak; absent if it is not. */
  weakness?: string;
}

/** The values of the form. */
export interface EndpointDraft {
  name: string;
  provider: string;
  verify: Endpoint["verify"];
  tolerance: string;
  maxBody: number;
  /** The endpoint's own limits on what is kept, as they are typed; empty: none. */
  maxAge: string;
  maxDeliveries: string;
  maxMebibytes: string;
  secrets: SecretDraft[];
  /** The sender's other facts, by name. */
  settings: Record<string, string>;
  /** The settings whose stored values the server never returns. One that is left empty stays as it is. */
  secretSettings?: readonly string[];
  signedUrl: string;
  /** Who may send, an address or a CIDR on each line. */
  allow: string;
}

/** Error messages by field; for secrets by key. */
export interface Mistakes {
  name?: string;
  secrets?: Record<number, string>;
  /** Deliveries are to be checked, with nothing to check them with. */
  noSecret?: true;
}

const mib = 1 << 20;
const nameForm = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** The initial values: those of the endpoint, or the defaults of a new one. */
export function draftOf(endpoint: Endpoint | undefined): EndpointDraft {
  if (!endpoint) {
    const rules = { provider: "generic", verify: "off", tolerance: "5m", maxBody: mib } as const;
    return { ...rules, ...limitsOf({}), name: "", secrets: [], settings: {}, signedUrl: "", allow: "" };
  }
  const { name, provider, verify, tolerance, max_body, settings, secret_settings, signed_url, allow } = endpoint;
  const secrets = (endpoint.secrets ?? []).map(({ label, doubts }, key) => {
    const weakness = doubts?.find(({ code }) => code === "weak")?.detail;
    return { label, value: "", kept: true, key, ...(weakness && { weakness }) };
  });
  return {
    ...{ name, provider, verify, tolerance, secrets, settings: { ...settings } },
    ...(secret_settings && { secretSettings: secret_settings }),
    ...limitsOf(endpoint.retention ?? {}),
    ...{ maxBody: max_body, signedUrl: signed_url, allow: (allow ?? []).join("\n") },
  };
}

const limitsOf = ({ max_age, max_deliveries, max_bytes }: Endpoint["retention"]) => ({
  maxAge: max_age ?? "",
  maxDeliveries: max_deliveries ? String(max_deliveries) : "",
  maxMebibytes: max_bytes ? String(max_bytes / mib) : "",
});

/**
 * Changes the draft. The verify mode follows the secrets: the first secret switches verification on, and without any
 * saved secret, removing the last one switches it off. Verification that is in force is switched off only by the user.
 */
export function changed(before: EndpointDraft, change: Partial<EndpointDraft>, saved?: Endpoint): EndpointDraft {
  const after = { ...before, ...change };
  if (change.verify) return after;
  const [could, can] = [canCheck(before), canCheck(after)];
  if (!could && can && after.verify === "off") return { ...after, verify: "enforce" };
  if (could && !can && !(saved && canCheck(saved))) return { ...after, verify: "off" };
  return after;
}

/** Deliveries should be verified, but there is no secret. The server refuses to save that. */
export const lacksSecret = (draft: EndpointDraft) => draft.verify !== "off" && !canCheck(draft);

/** Says of each field what is wrong and what to do. */
export function mistakesIn(draft: EndpointDraft): Mistakes {
  const { name, secrets } = draft;
  const mistakes: Mistakes = {};
  if (name === "") mistakes.name = "Give it a name.";
  else if (!nameForm.test(name)) {
    mistakes.name = "Use lower-case letters, digits and hyphens, with a letter or digit at both ends.";
  }
  const wrong: Record<number, string> = {};
  for (const { key, label, value, kept } of secrets) {
    if (label.trim() === "") wrong[key] = "Give the secret a label, such as “live”.";
    else if (secrets.some((other) => other.key !== key && other.label.trim() === label.trim())) {
      wrong[key] = "Two secrets cannot share a label.";
    } else if (value.trim() === "" && (value !== "" || !kept)) wrong[key] = "Paste the secret’s value, or remove it.";
  }
  if (Object.keys(wrong).length > 0) mistakes.secrets = wrong;
  if (lacksSecret(draft)) mistakes.noSecret = true;
  return mistakes;
}

/** A secret nobody can guess: 256 random bits, in letters that survive copying. */
export function generatedSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** The draft as the server takes it. A kept secret goes without its value, which stays as it is. */
export function toRequest(draft: EndpointDraft): NewEndpoint & EndpointPatch {
  const { name, provider, verify, tolerance, maxBody, secrets, settings, signedUrl, allow } = draft;
  return {
    ...{ name, provider, verify, tolerance },
    max_body: maxBody,
    retention: {
      ...(draft.maxAge.trim() && { max_age: draft.maxAge.trim() }),
      ...(draft.maxDeliveries && { max_deliveries: Number(draft.maxDeliveries) }),
      ...(draft.maxMebibytes && { max_bytes: Math.round(Number(draft.maxMebibytes) * mib) }),
    },
    settings: Object.fromEntries(Object.entries(settings).filter(([, value]) => value.trim() !== "")),
    signed_url: signedUrl.trim(),
    allow: allow.split(/[\s,]+/).filter(Boolean),
    secrets: secrets.map(({ label, value }) =>
      value === "" ? { label: label.trim() } : { label: label.trim(), value },
    ),
  };
}

/** A name for an endpoint of this sender that no other has. */
export function proposedName(provider: string, taken: readonly string[]): string {
  if (provider === "generic") return "";
  for (let n = 1; ; n++) {
    const name = n === 1 ? provider : `${provider}-${n}`;
    if (!taken.includes(name)) return name;
  }
}

const tolerances = [
  { value: "1m", label: "1 minute" },
  { value: "5m", label: "5 minutes" },
  { value: "10m", label: "10 minutes" },
  { value: "15m", label: "15 minutes" },
  { value: "1h", label: "1 hour" },
  { value: "24h", label: "24 hours" },
  { value: "0s", label: "Any: do not check it" },
];

/** The tolerance after the sender was changed: that of the new one, unless it is not that of the one before. */
export function toleranceWith(present: string, before?: { tolerance: string }, after?: { tolerance: string }): string {
  return present === (before?.tolerance ?? "5m") ? (after?.tolerance ?? "5m") : present;
}

/** The ages of a signature to choose from, the present one among them. */
export const toleranceChoices = (present: string) =>
  tolerances.some(({ value }) => value === present) ? tolerances : [{ value: present, label: present }, ...tolerances];

/** The sizes to choose from, the present one among them. */
export function sizeChoices(present: number): { value: string; label: string }[] {
  const sizes = [...new Set([64 << 10, 256 << 10, mib, 5 * mib, 25 * mib, present])].sort((a, b) => a - b);
  return sizes.map((size) => ({ value: String(size), label: sizeLabel(size) }));
}

function sizeLabel(size: number): string {
  if (size % mib === 0) return `${size / mib} MiB`;
  if (size % 1024 === 0) return `${size / 1024} KiB`;
  return formatBytes(size);
}
