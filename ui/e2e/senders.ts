import { createHmac, createSign, randomUUID } from "node:crypto";
import { crc32 } from "node:zlib";
import { certificate } from "./certificate";
import type { Endpoint, Hookbeam } from "./hookbeam";
import { signedByStripe } from "./stripe";

/** Sender is a provider of payments as it tells of the payment of an order: on its way, and then paid. */
export interface Sender {
  endpoint: Endpoint;
  /** What a payer reads while it is on its way. */
  meanwhile: string;
  begin(order: string): Promise<void>;
  pay(order: string): Promise<void>;
}

const secret = "whsec_of-the-shop-0123456789abcdef";
const seconds = () => Math.floor(Date.now() / 1000);

async function stripe(hookbeam: Hookbeam): Promise<Sender> {
  const made = { name: "stripe", provider: "stripe", secrets: [{ label: "live", value: secret }] };
  const endpoint = await hookbeam.api<Endpoint>("POST", "/endpoints", made);
  const send = async (type: string, order: string) => {
    const object = { id: `pi_${order}`, object: "payment_intent", amount: 4900, currency: "eur" };
    const data = { object: { ...object, metadata: { order_id: order } } };
    const event = { id: `evt_${randomUUID()}`, type, created: seconds(), livemode: true, data };
    const body = JSON.stringify(event);
    await hookbeam.send(endpoint, { body, headers: signedByStripe(secret, body) });
  };
  return {
    endpoint,
    meanwhile: "Your payment is being processed",
    begin: (order) => send("payment_intent.processing", order),
    pay: (order) => send("payment_intent.succeeded", order),
  };
}

async function razorpay(hookbeam: Hookbeam): Promise<Sender> {
  const made = { name: "razorpay", provider: "razorpay", secrets: [{ label: "live", value: secret }] };
  const endpoint = await hookbeam.api<Endpoint>("POST", "/endpoints", made);
  const send = async (event: string, order: string) => {
    const of = {
      id: `pay_${order}`,
      order_id: `order_${order}`,
      amount: 4900,
      currency: "EUR",
      notes: { order_id: order },
    };
    const payment = { entity: { ...of, captured: event === "payment.captured" } };
    const body = JSON.stringify({ event, account_id: "acc_1", payload: { payment }, created_at: seconds() });
    const sum = createHmac("sha256", secret).update(body).digest("hex");
    const headers = { "Content-Type": "application/json", "X-Razorpay-Signature": sum };
    await hookbeam.send(endpoint, { body, headers: { ...headers, "X-Razorpay-Event-Id": randomUUID() } });
  };
  return {
    endpoint,
    meanwhile: "The amount is reserved",
    begin: (order) => send("payment.authorized", order),
    pay: (order) => send("payment.captured", order),
  };
}

async function paypal(hookbeam: Hookbeam): Promise<Sender> {
  const { pem, key } = certificate();
  const endpoint = await hookbeam.api<Endpoint>("POST", "/endpoints", {
    ...{ name: "paypal", provider: "paypal", settings: { webhook_id: "WH-1" } },
    secrets: [{ label: "certificate", value: pem.trim() }],
  });
  const send = async (event_type: string, resource: unknown) => {
    const at = new Date().toISOString();
    const body = JSON.stringify({ id: `WH-${randomUUID()}`, event_type, create_time: at, resource });
    const id = randomUUID();
    const sign = createSign("sha256").update(`${id}|${at}|WH-1|${crc32(body)}`);
    await hookbeam.send(endpoint, {
      body,
      headers: {
        "Content-Type": "application/json",
        "Paypal-Auth-Algo": "SHA256withRSA",
        "Paypal-Cert-Url": "https://api.paypal.com/v1/notifications/certs/CERT-1",
        "Paypal-Transmission-Id": id,
        "Paypal-Transmission-Time": at,
        "Paypal-Transmission-Sig": sign.sign(key, "base64"),
      },
    });
  };
  const amount = { currency_code: "EUR", value: "49.00" };
  return {
    endpoint,
    meanwhile: "You approved the payment",
    begin: (order) =>
      send("CHECKOUT.ORDER.APPROVED", {
        ...{ id: `ORDER${order}`, status: "APPROVED" },
        purchase_units: [{ amount, custom_id: order }],
      }),
    pay: (order) =>
      send("PAYMENT.CAPTURE.COMPLETED", {
        ...{ id: `CAPTURE${order}`, status: "COMPLETED", amount, custom_id: order },
        supplementary_data: { related_ids: { order_id: `ORDER${order}` } },
      }),
  };
}

/** Every sender that is played from its first event to the page. */
export const senders = { stripe, razorpay, paypal };
