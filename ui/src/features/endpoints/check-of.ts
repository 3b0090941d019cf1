// Describes what an endpoint verifies, for its row.

import { canCheck, fetchedOf } from "../../entities/endpoint/open-endpoint";
import type { Endpoint } from "../../lib/api";

/** What an endpoint verifies, in one or two words. */
export function checkOf(endpoint: Endpoint): { text: string; tone: "ok" | "wait" | "bad" } {
  const { verify, secrets, open } = endpoint;
  if (open || verify === "off") return { text: "Open: checks nothing", tone: "wait" };
  if (!canCheck(endpoint)) return { text: "no secret: rejects everything", tone: "bad" };
  const count =
    secrets.length === 0
      ? `by ${fetchedOf(endpoint.provider)}`
      : secrets.length === 1
        ? "1 secret"
        : `${secrets.length} secrets`;
  if (secrets.some(({ weak }) => weak)) return { text: "weak secret", tone: "wait" };
  if (verify === "observe") return { text: `${count}, observing`, tone: "wait" };
  return { text: `${count}, enforced`, tone: "ok" };
}
