import { expect, it } from "vitest";
import { isSecretHeader } from "./secret-headers";

it.each(["Authorization", "Cookie", "X-Webhook-Secret", "X-Gitlab-Token", "x-telegram-bot-api-secret-token"])(
  "masks %s",
  (name) => expect(isSecretHeader(name)).toBe(true),
);

it.each(["Content-Type", "Stripe-Signature", "User-Agent", "X-Hub-Signature-256"])("shows %s", (name) =>
  expect(isSecretHeader(name)).toBe(false),
);
