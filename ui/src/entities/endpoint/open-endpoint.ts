// Whether an endpoint can verify deliveries, and why it does not. The server decides the same when it saves one.

import type { Endpoint } from "../../lib/api";
import { fetched } from "./fetched.gen";

type Checked = Pick<Endpoint, "verify" | "secrets" | "provider" | "settings">;

/** What the server fetches of the sender to verify deliveries with. */
export const fetchedOf = (provider: string) => fetched[provider]?.what ?? "certificate";

/** The server fetches a certificate in place of a secret. Few endpoints have the settings for a key set. */
export const mayFetch = (provider: string) => fetched[provider]?.what === "certificate";

/** The server fetches the sender's certificate or keys. */
export const isCertified = ({ provider, settings }: Pick<Checked, "provider" | "settings">) =>
  fetched[provider]?.settings.every((name) => settings[name]?.trim()) ?? false;

/** The endpoint has a secret, or the server fetches a certificate or a key set to verify deliveries with. */
export const canCheck = (endpoint: Omit<Checked, "verify" | "secrets"> & { secrets: readonly unknown[] }) =>
  endpoint.secrets.length > 0 || isCertified(endpoint);

/** Why an endpoint verifies nothing; undefined if it verifies, or only lacks a secret. */
export function whyUnchecked(endpoint: Checked): "no secret" | "off" | undefined {
  if (!canCheck(endpoint)) return "no secret";
  return endpoint.verify === "off" ? "off" : undefined;
}
