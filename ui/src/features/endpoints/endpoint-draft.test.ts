import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../lib/api";
import { checkOf } from "./check-of";
import {
  changed,
  draftOf,
  type EndpointDraft,
  generatedSecret,
  mistakesIn,
  sizeChoices,
  toleranceWith,
  toRequest,
} from "./endpoint-draft";

const draft = (change: Partial<EndpointDraft>): EndpointDraft => ({ ...draftOf(undefined), name: "stripe", ...change });
const secret = (change = {}) => ({ label: "live", value: "s3cret-s3cret-s3cret", kept: false, key: 0, ...change });

it("takes the tolerance of the sender, and keeps one that somebody chose", () => {
  const [twitch, stripe] = [{ tolerance: "10m" }, { tolerance: "5m" }];
  expect(toleranceWith("5m", undefined, twitch)).toBe("10m");
  expect(toleranceWith("10m", twitch, stripe)).toBe("5m");
  expect(toleranceWith("10m", twitch, undefined)).toBe("5m");
  expect(toleranceWith("1h", stripe, twitch)).toBe("1h");
});

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

  it("refuses only a blank secret: what else looks wrong is the server's to doubt", () => {
    expect(mistakesIn(draft({ secrets: [secret({ value: " " })] })).secrets?.[0]).toContain("value");
    expect(mistakesIn(draft({ secrets: [secret({ value: " ", kept: true })] })).secrets?.[0]).toContain("value");
    expect(mistakesIn(draft({ secrets: [secret({ value: "a " })] }))).toEqual({});
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

describe("changed", () => {
  const saved = {
    verify: "enforce",
    secrets: [{ label: "live" }],
    provider: "generic",
    settings: {},
  } as never as Endpoint;

  it("enforces a check with the first secret, and stops with the last where none was saved", () => {
    const one = changed(draft({}), { secrets: [secret()] });
    expect(one.verify).toBe("enforce");
    expect(changed(one, { secrets: [] }).verify).toBe("off");
    expect(changed({ ...one, verify: "observe" }, { secrets: [secret(), secret({ key: 1 })] }).verify).toBe("observe");
  });

  it("takes a certificate for a secret", () => {
    const paypal = draft({ provider: "paypal" });
    const certified = changed(paypal, { settings: { webhook_id: "8PT597110X687430L" } });
    expect(certified.verify).toBe("enforce");
    expect(mistakesIn(certified)).toEqual({});
    expect(changed(certified, { provider: "generic" }).verify).toBe("off");
  });

  it("never switches off by itself a check that is in force", () => {
    const bare = changed(draft({ verify: "enforce", secrets: [secret({ kept: true })] }), { secrets: [] }, saved);
    expect(bare.verify).toBe("enforce");
    expect(mistakesIn(bare)).toEqual({ noSecret: true });
    expect(mistakesIn(changed(bare, { verify: "off" }, saved))).toEqual({});
  });

  it.each(["enforce", "observe"] as const)("does not send %s without anything to check with", (verify) => {
    expect(mistakesIn(changed(draft({}), { verify }))).toEqual({ noSecret: true });
  });
});

it.each([
  [{ open: true, verify: "off", secrets: [] }, "Open: checks nothing"],
  [{ open: true, verify: "off", secrets: [{ label: "live" }] }, "Open: checks nothing"],
  [{ open: true, verify: "observe", secrets: [{ label: "expired" }] }, "Open: checks nothing"],
  [{ verify: "enforce", secrets: [] }, "no secret: rejects everything"],
  [{ verify: "enforce", secrets: [{ label: "live" }, { label: "next" }] }, "2 secrets, enforced"],
  [{ verify: "observe", secrets: [{ label: "live" }] }, "1 secret, observing"],
  [{ verify: "enforce", secrets: [], provider: "paypal", settings: { webhook_id: "8P" } }, "by certificate, enforced"],
  [{ verify: "enforce", secrets: [], provider: "aws-sns", settings: { topic_arn: "arn" } }, "by certificate, enforced"],
  [
    { verify: "enforce", secrets: [], provider: "azure-event-grid", settings: { audience: "a", tenant: "t" } },
    "by key set, enforced",
  ],
  [
    { verify: "enforce", secrets: [], provider: "aws-sns", settings: { topic_arn: " " } },
    "no secret: rejects everything",
  ],
])("says of %j: %s", (rules, text) => {
  expect(checkOf({ provider: "generic", settings: {}, ...rules } as Endpoint).text).toBe(text);
});

it("sends the endpoint's own limits as they were, and none where none is set", () => {
  expect(toRequest(draft({})).retention).toEqual({});
  for (const retention of [{}, { max_age: "7d", max_deliveries: 5, max_bytes: 1_000_001 }]) {
    const saved = { name: "a", signed_url: "", retention } as Endpoint;
    expect(toRequest(draftOf(saved)).retention).toEqual(retention);
  }
  expect(toRequest(draft({ maxAge: " 12h ", maxMebibytes: "1.5" })).retention).toEqual({
    max_age: "12h",
    max_bytes: 1_572_864,
  });
});
