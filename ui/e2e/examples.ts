import { createHash } from "node:crypto";
import type { Endpoint, Hookbeam } from "./hookbeam";

const secret = (name: string) => createHash("sha256").update(name).digest("hex");
const json = (event: object) => JSON.stringify(event, null, 2);

/**
 * What a few senders send on an ordinary afternoon, oldest first: who, where below the address, what, with which
 * headers.
 */
const afternoon: [sender: string, path: string, body: string, headers?: Record<string, string>][] = [
  [
    "gitlab",
    "/pipeline",
    json({ object_kind: "pipeline", object_attributes: { id: 31, status: "success", ref: "main" } }),
  ],
  [
    "stripe",
    "",
    json({ id: "evt_1Px0", type: "charge.refunded", data: { object: { id: "ch_3Pq", amount_refunded: 900 } } }),
  ],
  [
    "mailchimp",
    "/subscribe",
    "type=subscribe&data%5Bemail%5D=ada%40example.com&data%5Blist_id%5D=a6b5da1054",
    { "Content-Type": "application/x-www-form-urlencoded" },
  ],
  [
    "stripe",
    "",
    json({ id: "evt_1Px1", type: "invoice.paid", livemode: false }),
    { "X-Webhook-Secret": "the secret of another account" },
  ],
  [
    "github",
    "/push",
    json({ ref: "refs/heads/main", commits: [{ id: "9fceb02", message: "Fix the door" }], pusher: { name: "ada" } }),
  ],
  ["stripe", "", json({ id: "evt_1Px2", type: "payment_intent.created" })],
  [
    "slack",
    "",
    json({ type: "event_callback", event: { type: "message", text: "Is it live?", channel: "C024BE91L" } }),
  ],
  ["stripe", "", json({ id: "evt_1Px3", type: "charge.updated" }), { "Webhook-Id": "evt_1Px3" }],
  ["stripe", "", json({ id: "evt_1Px3", type: "charge.updated" }), { "Webhook-Id": "evt_1Px3" }],
  [
    "razorpay",
    "",
    json({ event: "payment.authorized", payload: { payment: { entity: { amount: 120000, currency: "INR" } } } }),
  ],
  [
    "shopify",
    "/orders/create",
    json({ id: 820982911946154500, email: "jon@example.com", total_price: "199.00", currency: "USD" }),
  ],
  ["paypal", "/capture.denied", json({ event_type: "PAYMENT.CAPTURE.DENIED" }), { "X-Webhook-Secret": "" }],
  [
    "github",
    "/workflow_run",
    json({ action: "completed", workflow_run: { id: 42, name: "CI", conclusion: "success", head_branch: "main" } }),
  ],
  [
    "stripe",
    "",
    json({
      id: "evt_3PqTzKLkdIwHu7ix0",
      object: "event",
      created: 1795444870,
      data: {
        object: {
          id: "pi_3PqTzKLkdIwHu7ix0r",
          amount: 4900,
          amount_refunded: 0,
          captured: true,
          currency: "eur",
          receipt_email: "ada@example.com",
          status: "succeeded",
        },
      },
      livemode: true,
      type: "payment_intent.succeeded",
    }),
    { "Webhook-Id": "evt_3PqTzKLkdIwHu7ix0", "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)" },
  ],
];

/** Fills a new Hookbeam with endpoints and deliveries as one would see them: verified, unsigned, rejected, repeated. */
export async function fill(hookbeam: Hookbeam): Promise<void> {
  const endpoints = new Map<string, Endpoint>();
  for (const [name, path, body, headers] of afternoon) {
    const endpoint =
      endpoints.get(name) ??
      (await hookbeam.api<Endpoint>("POST", "/endpoints", {
        name,
        ...(name === "gitlab" || name === "slack"
          ? {}
          : { secrets: [{ label: "live", value: secret(name) }], verify: "observe" }),
      }));
    endpoints.set(name, endpoint);
    await hookbeam.send(endpoint, {
      path,
      body,
      headers: { "Content-Type": "application/json", "X-Webhook-Secret": secret(name), ...headers },
    });
  }
}
