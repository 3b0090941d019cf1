// Example statuses and effects for tests.

import type { Effect, Status, StatusDetail } from "./status";

/** A status for tests: payment number n. */
export const status = (n: number, change: Partial<Status> = {}): Status => ({
  id: `sub_${n}`,
  endpoint: "ep_1",
  subject: `payment/pi_${n}`,
  kind: "payment",
  state: "paid",
  tone: "success",
  amount: 4900,
  currency: "EUR",
  aliases: [`payment/pi_${n}`],
  seq: n,
  created_at: "2026-11-23T14:41:00.000Z",
  updated_at: "2026-11-23T14:41:10.000Z",
  ...change,
});

/** What one event did, for tests. */
export const effect = (change: Partial<Effect> = {}): Effect => ({
  effect: "applied",
  status: "sub_1",
  subject: "payment/pi_1",
  kind: "payment",
  evidence: "captured",
  type: "payment_intent.succeeded",
  event: "evt_1",
  at: "2026-11-23T14:41:10.000Z",
  received_at: "2026-11-23T14:41:11.000Z",
  seq: 12,
  delivery: "dlv_12",
  ...change,
});

/** A status as a whole, for tests. */
export const detail = (n: number, change: Partial<StatusDetail> = {}): StatusDetail => ({
  ...status(n),
  steps: [],
  timeline: [],
  impressions: [],
  ...change,
});
