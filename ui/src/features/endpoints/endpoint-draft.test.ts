import { describe, expect, it } from "vitest";
import { draftOf, type EndpointDraft, generatedSecret, mistakesIn, sizeChoices, toRequest } from "./endpoint-draft";

const draft = (change: Partial<EndpointDraft>): EndpointDraft => ({ ...draftOf(undefined), name: "stripe", ...change });
const secret = (change = {}) => ({ label: "live", value: "s3cret-s3cret-s3cret", kept: false, key: 0, ...change });

describe("mistakesIn", () => {
  it.each(["", "Stripe", "-a", "a-", "a b", "a/b"])("refuses the name %j", (name) => {
    expect(mistakesIn(draft({ name })).name).toBeTruthy();
  });

  it.each(["a", "stripe-live", "0"])("takes the name %j", (name) => {
    expect(mistakesIn(draft({ name }))).toEqual({});
  });

  it("wants a value of a new secret, not of a kept one", () => {
    expect(mistakesIn(draft({ secrets: [secret({ value: "" })] })).secrets?.[0]).toContain("value");
    expect(mistakesIn(draft({ secrets: [secret({ value: "", kept: true })] }))).toEqual({});
  });

  it("refuses a secret that can be guessed, as the server does", () => {
    expect(mistakesIn(draft({ secrets: [secret({ value: "123456789012345" })] })).secrets?.[0]).toContain("16");
    expect(mistakesIn(draft({ secrets: [secret({ value: "1234567890123456" })] }))).toEqual({});
  });

  it("refuses two secrets of one label", () => {
    const secrets = [secret(), secret({ key: 1, label: "live " })];
    expect(Object.keys(mistakesIn(draft({ secrets })).secrets ?? {})).toEqual(["0", "1"]);
  });
});

it("sends a kept secret without a value, so that it stays", () => {
  const secrets = [secret({ value: "", kept: true }), secret({ key: 1, label: " test " })];
  expect(toRequest(draft({ secrets })).secrets).toEqual([
    { label: "live" },
    { label: "test", value: "s3cret-s3cret-s3cret" },
  ]);
});

it("offers the present size even where it is an odd one", () => {
  expect(sizeChoices(3 << 20).map((c) => c.label)).toContain("3 MiB");
});

it("generates secrets that pass, each another", () => {
  const [one, other] = [generatedSecret(), generatedSecret()];
  expect(one).toMatch(/^[\w-]{43}$/);
  expect(one).not.toBe(other);
});
