import type { Endpoint, Hookbeam, Stored } from "./hookbeam";
import { signedByStripe } from "./stripe";

const secret = "whsec_of-the-shop-0123456789abcdef";

/** What Stripe says of a payment: its event's type, and what of it differs from a card payment of 49 euros. */
export interface SentEvent {
  type: string;
  /** The event's id; the same again is the same event. */
  event?: string;
  /** Seconds before now when it happened. */
  ago?: number;
  /** Of the payment. */
  object?: Record<string, unknown>;
  livemode?: boolean;
}

/** Shop is an endpoint that Stripe sends to, and payments as Stripe tells of them. */
export class Shop {
  readonly endpoint: Endpoint;
  readonly #hookbeam: Hookbeam;
  #events = 0;

  private constructor(hookbeam: Hookbeam, endpoint: Endpoint) {
    this.#hookbeam = hookbeam;
    this.endpoint = endpoint;
  }

  static async open(hookbeam: Hookbeam, name = "shop"): Promise<Shop> {
    const made = { name, provider: "stripe", secrets: [{ label: "live", value: secret }] };
    return new Shop(hookbeam, await hookbeam.api<Endpoint>("POST", "/endpoints", made));
  }

  /** Sends one event of a payment, as Stripe does. */
  async send(payment: string, { type, event, ago = 0, object, livemode = true }: SentEvent): Promise<Stored> {
    const created = Math.floor(Date.now() / 1000) - ago;
    const body = JSON.stringify({
      id: event ?? `evt_${payment}_${++this.#events}`,
      object: "event",
      type,
      created,
      livemode,
      data: {
        object: {
          ...{ id: payment, object: "payment_intent", amount: 4900, currency: "eur", livemode },
          ...{ status: statuses[type] ?? "processing", receipt_email: `${payment.slice(3)}@example.com` },
          ...(type.endsWith("succeeded") && { amount_received: object?.["amount"] ?? 4900 }),
          ...object,
        },
      },
    });
    return this.#hookbeam.send(this.endpoint, { body, headers: signedByStripe(secret, body) });
  }

  /** Sends several events of a payment, one after the other. */
  async sendAll(payment: string, ...all: SentEvent[]): Promise<Stored[]> {
    const stored: Stored[] = [];
    for (const event of all) stored.push(await this.send(payment, event));
    return stored;
  }
}

/** Has a sender that nobody knows tell of a parcel, at an endpoint that says where in the body it stands. */
export async function parcel(hookbeam: Hookbeam, number: string, state: string): Promise<void> {
  const mapping = {
    ...{ kind: "own", subject: "body.parcel", state: "body.state", reference: "body.parcel" },
    states: [{ value: "DELIVERED", state: "delivered", tone: "success", final: true }],
  };
  const made = { name: "parcels", secrets: [{ label: "live", value: secret }], statuses: { mapping } };
  const endpoint = await hookbeam.api<Endpoint>("POST", "/endpoints", made);
  const headers = { "Content-Type": "application/json", "X-Webhook-Secret": secret };
  await hookbeam.send(endpoint, { body: JSON.stringify({ parcel: number, state }), headers });
}

const statuses: Record<string, string> = {
  "payment_intent.created": "requires_payment_method",
  "payment_intent.requires_action": "requires_action",
  "payment_intent.payment_failed": "requires_payment_method",
  "payment_intent.succeeded": "succeeded",
  "payment_intent.canceled": "canceled",
};

export const created: SentEvent = { type: "payment_intent.created", ago: 40 };
export const processing: SentEvent = { type: "payment_intent.processing", ago: 30 };
export const succeeded: SentEvent = { type: "payment_intent.succeeded", ago: 10 };
export const failed: SentEvent = { type: "payment_intent.payment_failed", ago: 20 };
