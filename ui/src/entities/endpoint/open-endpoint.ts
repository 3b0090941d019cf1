import type { Endpoint } from "../../lib/api";

type Checked = Pick<Endpoint, "verify" | "secrets" | "provider" | "settings">;

/** The sender's certificate is fetched and takes the place of a secret. */
export const isCertified = ({ provider, settings }: Pick<Checked, "provider" | "settings">) =>
  provider === "paypal" && !!settings["webhook_id"]?.trim();

/** The endpoint has something to check deliveries with. */
export const canCheck = (endpoint: Omit<Checked, "verify" | "secrets"> & { secrets: readonly unknown[] }) =>
  endpoint.secrets.length > 0 || isCertified(endpoint);

/** Why an endpoint checks nothing; undefined where it does, or where something to check with is all that it lacks. */
export function whyUnchecked(endpoint: Checked): "no secret" | "off" | undefined {
  if (!canCheck(endpoint)) return "no secret";
  return endpoint.verify === "off" ? "off" : undefined;
}
