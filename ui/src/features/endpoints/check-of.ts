import type { Endpoint } from "../../lib/api";

/** What an endpoint checks, in a word or two. */
export function checkOf({ verify, secrets, provider, settings }: Endpoint): {
  text: string;
  tone: "ok" | "wait" | "off";
} {
  if (verify === "off") return { text: "check is off", tone: "off" };
  const certified = provider === "paypal" && !!settings["webhook_id"]; // its certificate is fetched
  if (secrets.length === 0 && !certified) return { text: "no secret", tone: "off" };
  const count =
    secrets.length === 0 ? "by certificate" : secrets.length === 1 ? "1 secret" : `${secrets.length} secrets`;
  if (verify === "observe") return { text: `${count}, observing`, tone: "wait" };
  return { text: `${count}, enforced`, tone: "ok" };
}
