import { expect, it } from "vitest";
import type { Delivery, DeliveryDetail, Endpoint } from "../../../lib/api";
import { explainVerdict } from "./explain-verdict";

const delivery = { verdict: "verified", secret: "live", event: "evt_1" } as DeliveryDetail;
const endpoint = { verify: "enforce", secrets: [{ label: "live" }] } as Endpoint;
const checks = (d: Partial<Delivery>, e: Partial<Endpoint> | undefined = {}) =>
  explainVerdict({ ...delivery, ...d }, e && { ...endpoint, ...e }).checks.map(
    ({ name, outcome, text }) => `${name} ${outcome}: ${text}`,
  );

it("names what was checked of a verified delivery", () => {
  expect(checks({})).toEqual([
    "Secret passed: Matches “live”",
    "Event id passed: evt_1",
    "Repeat passed: The first delivery of its event",
  ]);
});

it("marks a weak secret, and says how another reading of it matched", () => {
  const used = (change: object, d: Partial<Delivery> = {}) => {
    const check = { scheme: "hmac-sha256", covers: "body", strength: "signed body", ...change };
    return explainVerdict({ ...delivery, ...d, check } as DeliveryDetail, endpoint);
  };
  const weak = used({ weak_secret: true });
  expect(weak.checks[0]).toMatchObject({
    outcome: "noticed",
    text: "Matches “live”. Weak: it could be guessed from one signed request",
  });
  expect(weak.meaning).toContain("somebody else may have sent it");
  expect(weak.next).toHaveLength(1);
  expect(used({ weak_secret: true, covers: "nothing" }).checks[0]?.text).toContain("short enough to be guessed");
  expect(used({ secret_trimmed: true }).checks[0]).toMatchObject({
    outcome: "passed",
    text: "Matches “live” without the white space or quotes around it",
  });
  expect(used({ secret_as_text: true }).checks[0]?.text).toBe("Matches “live” as text, not decoded");
  expect(used({}).next).toEqual([]);
});

it("tells a repeat from a failure", () => {
  expect(checks({ duplicate_of: 1042 }).at(-1)).toBe("Repeat noticed: Its event came before, as #1,042");
});

it("says why nothing was checked", () => {
  const unsigned = { verdict: "unsigned", secret: "" } as const;
  expect(checks(unsigned, { secrets: [] })[0]).toBe("Secret skipped: Not checked: this endpoint has no secret");
  expect(checks(unsigned, { verify: "off" })[0]).toBe("Secret skipped: Not checked: verification is off");
  const { title, next } = explainVerdict({ ...delivery, ...unsigned }, { ...endpoint, secrets: [], verify: "off" });
  expect(title).toBe("Not checked: this endpoint has no secret");
  expect(next).toHaveLength(1);
  // The endpoint may have been changed or deleted since.
  expect(checks(unsigned)[0]).toBe("Secret skipped: Not checked when it arrived");
  expect(explainVerdict({ ...delivery, ...unsigned }, undefined).checks[0]?.outcome).toBe("skipped");
});

it("does not let an unverified delivery claim its event id", () => {
  expect(checks({ verdict: "rejected", reason: "secret_mismatch" }).slice(1)).toEqual([
    "Event id skipped: evt_1",
    "Repeat skipped: Not checked: only a verified delivery may claim an event id",
  ]);
});

it("says of a rejected delivery what to do next", () => {
  const { title, next } = explainVerdict({ ...delivery, verdict: "rejected", reason: "signature_missing" }, endpoint);
  expect(title).toBe("Rejected: the signature is missing");
  expect(next[0]).toContain("Set the secret at the sender");
});

it("says what a signature covers, and how old it was", () => {
  const signed = (change: object) =>
    explainVerdict(
      { ...delivery, check: { scheme: "hmac-sha256", covers: "body", strength: "signed body", ...change } },
      endpoint,
    );
  expect(signed({ skew_ms: 400 }).checks.map(({ name, text }) => `${name}: ${text}`)).toEqual(
    expect.arrayContaining(["Signature: HMAC-SHA256; it covers the whole body", "Age: Signed 0.4 s before it came"]),
  );
  expect(signed({ covers: "time" }).meaning).toContain("What it says is not signed");
  expect(signed({ skew_ms: -420_000 }).checks.find(({ name }) => name === "Age")?.text).toBe(
    "Signed 7 min in the future",
  );
});

it("says quietly what is known of the record", () => {
  const last = (integrity: "ok" | "unknown") => {
    const { name, outcome, text } = explainVerdict({ ...delivery, integrity }, endpoint).checks.at(-1) ?? {};
    return `${name} ${outcome}: ${text}`;
  };
  expect(last("ok")).toBe("Record passed: Checksum matches");
  expect(last("unknown")).toBe("Record skipped: Stored before checksums existed");
});

it("tells nothing of a damaged record's checks", () => {
  const { title, meaning, checks: made } = explainVerdict({ ...delivery, integrity: "damaged" }, endpoint);
  expect(title).toBe("Not shown as genuine");
  expect(meaning).not.toContain("is genuine");
  expect(made).toEqual([{ name: "Record", outcome: "failed", text: "Checksum does not match" }]);
});
