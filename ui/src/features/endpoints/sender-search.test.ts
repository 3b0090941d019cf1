import { expect, it } from "vitest";
import type { Provider } from "../../entities/provider/queries";
import { isRequest, letters, recent, search } from "./sender-search";

const sender = (id: string, name: string, ...aliases: string[]) => ({ id, name, aliases }) as unknown as Provider;
const catalogue = [
  sender("meta", "Meta", "WhatsApp Cloud", "Facebook", "Instagram"),
  sender("gitea", "Gitea", "Forgejo", "Codeberg"),
  sender("github", "GitHub", "GitHub Actions"),
  sender("lemonsqueezy", "Lemon Squeezy"),
  sender("twilio", "Twilio"),
  sender("sendgrid", "SendGrid Event Webhook", "Twilio SendGrid"),
];

it("finds a sender by its name or an alias, the best first", () => {
  const found = (text: string) => search(catalogue, text).map(({ provider, alias }) => alias ?? provider.name);
  expect(found("whatsapp")).toEqual(["WhatsApp Cloud"]);
  expect(found("  FORGEJO ")).toEqual(["Forgejo"]);
  expect(found("lemonsq")).toEqual(["Lemon Squeezy"]);
  expect(found("twilio")).toEqual(["Twilio", "Twilio SendGrid"]);
  expect(found("git")).toEqual(["Gitea", "GitHub"]);
  expect(found("nothing")).toEqual([]);
  expect(search(catalogue, "")).toHaveLength(6);
});

it("tells a request from a name", () => {
  for (const text of ["Stripe-Signature", "curl https://a", "X-A: b", "POST / HTTP/1.1\nA: b", '{"id":1}', "<a/>"])
    expect([text, isRequest(text)]).toEqual([text, true]);
  for (const text of ["Stripe", "lemon squeezy", "", "git"]) expect([text, isRequest(text)]).toEqual([text, false]);
});

it("names the senders of the newest endpoints once", () => {
  const at = (provider: string, created_at: string) => ({ provider, created_at });
  expect(recent([at("a", "2026-01-01"), at("b", "2026-01-03"), at("a", "2026-01-02")])).toEqual(["b", "a"]);
});

it("marks a sender with letters", () => {
  expect(["Stripe", "Lemon Squeezy", "RFC 9421", "(x)"].map(letters)).toEqual(["ST", "LS", "R9", "X"]);
});
