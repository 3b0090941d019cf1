import { createHmac } from "node:crypto";

/** The headers with which Stripe sends a body, signed some seconds ago. */
export function signedByStripe(secret: string, body: string, ago = 0): Record<string, string> {
  const at = Math.floor(Date.now() / 1000) - ago;
  const sum = createHmac("sha256", secret).update(`${at}.${body}`).digest("hex");
  return { "Content-Type": "application/json", "Stripe-Signature": `t=${at},v1=${sum}` };
}
