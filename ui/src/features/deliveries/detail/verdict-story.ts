import type { Delivery, Endpoint } from "../../../lib/api";
import { formatCount } from "../../../lib/format";
import { reasonOf } from "./reasons";

/** One thing that was looked at, and what came of it. */
export interface Check {
  name: string;
  outcome: "passed" | "failed" | "noticed" | "skipped";
  text: string;
}

/** Why the verdict is what it is, and what to do next. */
export interface VerdictStory {
  title: string;
  meaning: string;
  checks: Check[];
  next: string[];
}

/** Tells the story of a delivery's verdict. The endpoint is as it is today, absent where it was deleted. */
export function verdictStory(delivery: Delivery, endpoint: Endpoint | undefined): VerdictStory {
  return {
    ...headline(delivery, endpoint),
    checks: [secretCheck(delivery, endpoint), ...eventId(delivery), repeatCheck(delivery)],
  };
}

function headline(d: Delivery, endpoint: Endpoint | undefined): Omit<VerdictStory, "checks"> {
  if (d.verdict === "rejected") {
    const { title, next } = reasonOf(d.reason);
    const meaning = "It was kept so that you can look at it. Nothing acts on a rejected delivery.";
    return { title: `Rejected: ${lowerFirst(title)}`, meaning, next };
  }
  if (d.verdict === "unsigned") {
    const noSecret = endpoint?.secrets.length === 0;
    return {
      title: "Unsigned: nothing was checked",
      meaning: "Anyone who knows the address could have sent it.",
      next: noSecret ? ["Give the endpoint a secret, and have the sender put it into X-Webhook-Secret."] : [],
    };
  }
  return {
    title: d.duplicate_of ? "Verified, and seen before" : "Verified",
    meaning: d.duplicate_of
      ? "It is genuine, and a repeat: the first delivery of its event counts."
      : "It is genuine: only a holder of the secret could have sent it.",
    next: [],
  };
}

function secretCheck(d: Delivery, endpoint: Endpoint | undefined): Check {
  const name = "Secret";
  if (d.verdict === "verified") {
    return { name, outcome: "passed", text: d.secret ? `Matches “${d.secret}”` : "Matches" };
  }
  if (d.verdict === "rejected") return { name, outcome: "failed", text: sentenceCase(reasonOf(d.reason).because) };
  if (endpoint?.verify === "off")
    return { name, outcome: "skipped", text: "Not checked: this endpoint’s check is off" };
  if (endpoint?.secrets.length === 0)
    return { name, outcome: "skipped", text: "Not checked: this endpoint has no secret" };
  return { name, outcome: "skipped", text: "Not checked when it arrived" };
}

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
  if (d.duplicate_of)
    return { name, outcome: "noticed", text: `Its event came before, as #${formatCount(d.duplicate_of)}` };
  return { name, outcome: "passed", text: "The first delivery of its event" };
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
const sentenceCase = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
