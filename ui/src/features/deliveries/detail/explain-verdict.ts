// Explains a verdict: the checks, their results, and what to do next. The verdict tab shows it.

import { whyUnchecked } from "../../../entities/endpoint/open-endpoint";
import type { Delivery, DeliveryDetail, Endpoint } from "../../../lib/api";
import { formatCount } from "../../../lib/format";
import { reasonOf } from "./reasons";

/** One check, and its result. */
export interface Check {
  name: string;
  outcome: "passed" | "failed" | "noticed" | "skipped";
  text: string;
}

/** What is told of. */
type Judged = Delivery & Pick<DeliveryDetail, "check" | "integrity">;

/** Why the verdict is what it is, and what to do next. */
export interface VerdictExplanation {
  title: string;
  meaning: string;
  checks: Check[];
  next: readonly string[];
}

/** Explains a delivery's verdict. The endpoint has its current settings, and is undefined if it was deleted. */
export function explainVerdict(delivery: Judged, endpoint: Endpoint | undefined): VerdictExplanation {
  if (delivery.integrity === "damaged") return damaged;
  return {
    ...headline(delivery, endpoint),
    checks: [
      secretCheck(delivery, endpoint),
      ...coverage(delivery),
      ...age(delivery),
      ...eventId(delivery),
      repeatCheck(delivery),
      ...record(delivery),
    ],
  };
}

/** What was stored of the checks may have been changed too, so none of it is told. */
const damaged: VerdictExplanation = {
  title: "Not shown as genuine",
  meaning: "This record was changed on disk after it was stored, so nothing that it says of its sender can be trusted.",
  checks: [{ name: "Record", outcome: "failed", text: "Checksum does not match" }],
  next: [
    "Ask the sender to send the event again, or look it up there.",
    "Find out what writes to the data folder besides Hookbeam, and check the disk.",
  ],
};

function record({ integrity }: Judged): Check[] {
  if (integrity === "ok") return [{ name: "Record", outcome: "passed", text: "Checksum matches" }];
  if (integrity === "unknown") return [{ name: "Record", outcome: "skipped", text: "Stored before checksums existed" }];
  return [];
}

function headline(d: Judged, endpoint: Endpoint | undefined): Omit<VerdictExplanation, "checks"> {
  if (d.verdict === "rejected") {
    const { title, next } = reasonOf(d.reason);
    const meaning = "It was kept so that you can look at it. Nothing acts on a rejected delivery.";
    return { title: `Rejected: ${lowerFirst(title)}`, meaning, next };
  }
  if (d.verdict === "unsigned") {
    const why = endpoint && whyUnchecked(endpoint);
    return {
      title: why ? `Not checked: ${unchecked[why]}` : "Unsigned: nothing was checked",
      meaning: "Anyone who knows the address could have sent it.",
      next: why ? [toCheck[why]] : [],
    };
  }
  return {
    title: d.duplicate_of ? "Verified, and seen before" : "Verified",
    meaning: d.duplicate_of
      ? "It is genuine, and a repeat: the first delivery of its event counts."
      : d.check?.weak_secret
        ? "It matches the secret, but the secret is short enough to be guessed: somebody else may have sent it."
        : meaningOf[d.check?.covers ?? "nothing"],
    next: d.check?.weak_secret ? ["Replace the secret by one of 16 bytes or more, at the sender and here."] : [],
  };
}

const unchecked = { "no secret": "this endpoint has no secret", off: "verification is off" };

const toCheck = {
  "no secret": "To verify what comes next, give the endpoint the secret that its sender shows.",
  off: "To verify what comes next, set the endpoint’s check to “Enforce”.",
};

/** What a genuine delivery proves, by what its signature covers. */
const meaningOf = {
  body: "It is genuine: only a holder of the secret could have sent it, as it is.",
  fields: "Its sender is genuine. Only some fields are signed: the others could have been changed.",
  time: "Its sender is genuine. What it says is not signed: ask the sender before you act on it.",
  nothing: "It is genuine: only a holder of the secret could have sent it.",
};

const schemes: Record<string, string> = {
  token: "A secret that is sent along",
  "url-token": "A secret in the address",
  basic: "User and password",
  sha256: "SHA-256 of secret and body",
  "rsa-sha256": "RSA, with a certificate",
  "ecdsa-p256-sha256": "ECDSA",
  ed25519: "Ed25519",
  "jwt-rs256": "A JSON web token (RSA)",
  "jwt-es256": "A JSON web token (ECDSA)",
  "jwt-hs256": "A JSON web token (HMAC)",
};

const covers = {
  body: "covers the whole body",
  fields: "covers some fields of the body",
  time: "covers the time and a token, not the body",
  nothing: "covers nothing of the body",
};

const strengths: Record<string, string> = {
  "signed body": "Signed body: nobody can change it or make one up",
  "signed fields": "Signed fields: what is not among them proves nothing",
  "signed time": "Signed time: with another body it would be as valid",
  "shared token": "Shared token: whoever sees it once can send anything",
  "secret in the address": "Secret in the address: it stands in every log on the way",
};

function coverage({ check, verdict }: Judged): Check[] {
  if (!check) return [];
  const outcome = verdict !== "verified" ? "skipped" : check.covers === "body" ? "passed" : "noticed";
  const scheme = schemes[check.scheme] ?? check.scheme.toUpperCase();
  const worth = strengths[check.strength] ?? check.strength;
  return [
    { name: "Signature", outcome, text: `${scheme}; it ${covers[check.covers]}` },
    { name: "Strength", outcome, text: worth },
  ];
}

function age({ check, verdict, reason }: Judged): Check[] {
  if (check?.skew_ms === undefined || check.skew_ms === null) return [];
  const failed = reason === "timestamp_too_old" || reason === "timestamp_in_future";
  const outcome = failed ? "failed" : verdict === "verified" ? "passed" : "skipped";
  const span = formatSpan(Math.abs(check.skew_ms));
  return [
    {
      name: "Age",
      outcome,
      text: check.skew_ms < 0 ? `Signed ${span} in the future` : `Signed ${span} before it came`,
    },
  ];
}

function formatSpan(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${formatCount(Math.round(ms / 86_400_000))} days`;
}

function secretCheck(d: Judged, endpoint: Endpoint | undefined): Check {
  const name = "Secret";
  if (d.verdict === "verified") {
    const { weak_secret: weak, secret_trimmed: trimmed, secret_as_text: asText } = d.check ?? {};
    const how =
      (asText ? " as text, not decoded" : "") + (trimmed ? " without the white space or quotes around it" : "");
    return {
      name,
      outcome: weak ? "noticed" : "passed",
      text: (d.secret ? `Matches “${d.secret}”` : "Matches") + how + (weak ? `. ${weakness(d)}` : ""),
    };
  }
  if (d.verdict === "rejected") return { name, outcome: "failed", text: sentenceCase(reasonOf(d.reason).because) };
  const why = endpoint && whyUnchecked(endpoint);
  return { name, outcome: "skipped", text: why ? `Not checked: ${unchecked[why]}` : "Not checked when it arrived" };
}

/** What a weak secret is, by whether its sender signs with it or sends it. */
const weakness = ({ check }: Judged) =>
  check?.covers === "nothing"
    ? "Weak: it is short enough to be guessed"
    : "Weak: it could be guessed from one signed request";

function eventId(d: Delivery): Check[] {
  if (!d.event) return [];
  return [{ name: "Event id", outcome: d.verdict === "verified" ? "passed" : "skipped", text: d.event }];
}

function repeatCheck(d: Delivery): Check {
  const name = "Repeat";
  if (!d.event) return { name, outcome: "skipped", text: "Not checked: it carries no event id" };
  if (d.verdict !== "verified") {
    return { name, outcome: "skipped", text: "Not checked: only a verified delivery may claim an event id" };
  }
  if (d.duplicate_of) {
    const other = d.reason === "body_differs" ? ", with another body" : "";
    return { name, outcome: "noticed", text: `Its event came before, as #${formatCount(d.duplicate_of)}${other}` };
  }
  return { name, outcome: "passed", text: "The first delivery of its event" };
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
const sentenceCase = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
