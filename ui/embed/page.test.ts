import { getByRole, queryAllByRole } from "@testing-library/dom";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeHookbeam } from "./testing/fake-hookbeam";
import { serve } from "./testing/page";
import { setVisibility, sleep } from "./testing/visibility";

const start = "2026-11-23T14:41:00.000Z";
const time_to_paid = { p50: 8, p90: 20 };
const waiting = { status: "waiting", title: "Waiting", final: false, time_to_paid };
const processing = {
  status: "processing",
  title: "At your bank",
  note: "A moment.",
  kind: "payment",
  tone: "active",
  final: false,
  amount: 4900,
  currency: "EUR",
  reference: "10-4471",
  started_at: start,
  updated_at: start,
  timeline: [{ status: "processing", at: start }],
  time_to_paid,
};
const paid = {
  ...processing,
  status: "paid",
  title: "Received",
  note: undefined,
  tone: "success",
  final: true,
  time_to_paid: undefined,
  timeline: [...processing.timeline, { status: "paid", at: "2026-11-23T14:41:08.000Z" }],
};

const text = {
  live: "live",
  polling: "checking",
  offline: "no connection",
  done: "",
  gone: "This link is no longer good",
  usually: "Usually {half}; 9 in 10 within {most}.",
  slow: "Slower than usual.",
  order: "Order {n}",
  part: "{amount} of {due}",
  paid: "Paid",
  refunded: "Refunded",
  due: "Still due",
  seconds: "{n} seconds",
  minutes: "{n} minutes",
  hours: "{n} hours",
  days: "{n} days",
};

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(start);
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await pass(100);
  vi.clearAllTimers();
  vi.useRealTimers();
  document.body.replaceChildren();
});

interface Page {
  embed?: string[];
  lang?: string;
  now?: string;
}

/** The page as the server writes it, with the script running. */
async function open(status: object, { embed = [], lang = "en", now = start }: Page = {}) {
  const server = serve(new FakeHookbeam({ ...status }));
  const steps = { waiting: "Waiting (step)", processing: "Processing (step)", paid: "Paid (step)" };
  const sentence = server.status["title"];
  document.title = `${sentence} · Shop`;
  const base = "https://hooks.example.com/h/";
  const live = { token: "tok", base, lang, now, status, embed, steps, expect: ["paid"], text };
  document.body.innerHTML = `
    <main id="status"><h1 id="sentence" role="status">${sentence}</h1><p id="amount" hidden></p>
    <span id="reference" hidden></span><dl id="parts" hidden></dl><p id="detail" hidden></p>
    <p id="waiting" hidden></p><ol id="steps" hidden></ol>
    <p id="updated"><time id="when" datetime="${start}">14:41 UTC</time></p>
    <p id="live-line" hidden><span class="dot"></span><span id="live-text"></span></p></main>
    <script type="application/json" id="live">${JSON.stringify(live)}</script>`;
  vi.resetModules();
  await import("./page");
  await pass(50);
  return server;
}

/** What can be read under an id; undefined where it is hidden. */
function shown(id: string): string | undefined {
  const element = document.getElementById(id);
  return element && !element.hidden ? (element.textContent ?? undefined) : undefined;
}

it("has everything of a payment that it was opened before", async () => {
  const server = await open(waiting);
  server.become(processing);
  expect(getByRole(document.body, "status").textContent).toBe("At your bank");
  expect(["detail", "amount", "reference", "parts"].map(shown)).toEqual([
    "A moment.",
    "€49.00",
    "Order 10-4471",
    undefined,
  ]);
  expect(document.title).toBe("At your bank · Shop");
  expect({ ...document.getElementById("status")?.dataset }).toEqual({
    state: "processing",
    tone: "active",
    final: "false",
  });
});

it("draws the steps that were gone through, and while more may follow the one that all wait for", async () => {
  const server = await open(waiting);
  const steps = () => queryAllByRole(document.body, "listitem").map((step) => [step.className, step.ariaCurrent]);
  server.become(processing);
  expect(steps()).toEqual([
    ["now", "step"],
    ["todo", null],
  ]);
  expect(shown("updated")).toBeUndefined();
  server.become({ ...processing, kind: "run" });
  expect(steps()).toEqual([["now", "step"]]);
  server.become(paid);
  expect(steps()).toEqual([
    ["done", null],
    ["now", "step"],
  ]);
  expect(document.title).toBe("Received · Shop");
  expect(queryAllByRole(document.body, "listitem")[1]?.textContent).toMatch(/^Paid \(step\)\d/);
});

it("says what went back, and writes money and times as the page's language does", async () => {
  const server = await open(processing, { lang: "de" });
  const later = "2026-11-23T14:43:00.000Z";
  server.become({ ...paid, refunded: 900, timeline: [], updated_at: later });
  expect([shown("amount"), shown("parts")]).toEqual(["49,00\u00a0€", "Paid49,00\u00a0€Refunded9,00\u00a0€"]);
  server.become({ ...paid, refunded: 4900 });
  expect(shown("parts")).toBeUndefined();
  server.become({ ...paid, refunded: 900, timeline: [], updated_at: later });
  const when = document.querySelector("time");
  expect([when?.title, shown("updated")]).toEqual([later, when?.textContent]);
  expect(when?.textContent).toBe(new Intl.DateTimeFormat("de", { timeStyle: "short" }).format(new Date(later)));
});

it("says what was paid of what is due, and what was due where more was paid", async () => {
  const server = await open(processing);
  server.become({ ...processing, status: "partially_paid", amount: 2000, due: 5000 });
  expect([shown("amount"), shown("parts")]).toEqual(["€20.00 of €50.00", "Paid€20.00Still due€30.00"]);
  server.become({ ...paid, amount: 9800, due: 4900 });
  expect([shown("amount"), shown("parts")]).toEqual(["€49.00", undefined]);
  server.become({ ...paid, amount: 9800, due: 4900, refunded: 4900 });
  expect([shown("amount"), shown("parts")]).toEqual(["€49.00", "Paid€98.00Refunded€49.00"]);
});

it("shows no steps of a payment where nothing was due", async () => {
  const server = await open(processing);
  server.become({ ...paid, nothing_due: "trial" });
  expect(queryAllByRole(document.body, "listitem")).toEqual([]);
});

it("asks in the page's language", async () => {
  const server = await open(processing, { lang: "de" });
  expect([...server.versions]).toEqual(["?v=2&lang=de"]);
});

it("writes the server's times in the reader's zone from the beginning, of another day with the date", async () => {
  vi.setSystemTime("2026-11-25T10:00:00Z");
  await open(waiting);
  const form = { dateStyle: "short", timeStyle: "short" } as const;
  const here = new Intl.DateTimeFormat("en", form).format(new Date(start));
  expect(document.querySelector("time")?.textContent).toBe(here);
});

it.each([
  ["en", ["de-DE", "en-GB"], /^\d\d:\d\d$/],
  ["en", ["en-US", "en-GB"], /^\d{1,2}:\d\d\s[AP]M$/],
  ["de", ["en-US"], /^\d\d:\d\d$/],
])("writes the times of a page in %s as readers of %s do", async (lang, languages, form) => {
  vi.stubGlobal("navigator", { languages });
  await open({ ...processing, timeline: [{ status: "processing", at: start }] }, { lang });
  expect(document.querySelector("time")?.textContent).toMatch(form);
});

it("shows a state as it is that it has no words for", async () => {
  const server = await open(processing);
  server.become({ status: "in_transit", final: false, reference: "$&" });
  expect([shown("sentence"), document.title]).toEqual(["In transit", "In transit · Shop"]);
  expect(shown("reference")).toBe("Order $&");
});

it("says honestly how long it usually takes, until it has taken longer", async () => {
  await open(processing);
  expect(shown("waiting")).toBe("Usually 8 seconds; 9 in 10 within 20 seconds.");
  await pass(19_000);
  expect(shown("waiting")).toContain("Usually");
  await pass(1_000);
  expect(shown("waiting")).toBe("Slower than usual.");
});

it("goes by the server's clock, not by the reader's", async () => {
  await open(processing, { now: "2026-11-23T14:41:15.000Z" });
  await pass(4_000);
  expect(shown("waiting")).toContain("Usually");
  await pass(1_000);
  expect(shown("waiting")).toBe("Slower than usual.");
});

it.each([
  [0, 150, "Usually 2 seconds; 9 in 10 within 3 minutes."],
  [7_100, 7_300, "Usually 119 minutes; 9 in 10 within 3 hours."],
  [172_000, 260_000, "Usually 48 hours; 9 in 10 within 4 days."],
])("says of waits of %d and %d seconds what people can picture", async (half, most, words) => {
  await open({ ...processing, time_to_paid: { p50: half, p90: most } });
  expect(shown("waiting")).toBe(words);
});

it("says nothing of waiting once it is final", async () => {
  const server = await open(processing);
  expect(shown("waiting")).toContain("Usually");
  server.become({ ...paid, time_to_paid });
  expect(shown("waiting")).toBeUndefined();
  await pass(200_000);
  expect(shown("waiting")).toBeUndefined();
});

it("says how it is connected, nothing more when it is done, and when its link ended", async () => {
  const server = await open(processing);
  const line = () => [document.getElementById("live-line")?.dataset["line"], shown("live-line")];
  expect(line()).toEqual(["live", "live"]);
  server.polls = "refuse";
  server.sockets = "refuse";
  server.cut();
  await pass(3_000);
  expect(line()).toEqual(["offline", "no connection"]);
  server.polls = "work";
  server.gone = true;
  sleep(5_000);
  setVisibility("visible");
  await pass(50);
  expect(line()).toEqual(["gone", "This link is no longer good"]);
  expect(shown("sentence")).toBe("At your bank");
  const other = await open(processing);
  other.become(paid);
  expect(line()).toEqual(["done", undefined]);
});

it("tells the page around it, if that may show it in a frame", async () => {
  const messages: unknown[] = [];
  const around = { postMessage: (...message: unknown[]) => messages.push(message) };
  vi.spyOn(window, "parent", "get").mockReturnValue(around as unknown as Window);
  vi.spyOn(document, "referrer", "get").mockReturnValue("https://shop.example/checkout");
  const server = await open(processing, { embed: ["https://other.example", "https://shop.example"] });
  server.become(paid);
  expect(messages).toEqual([
    [{ type: "hookbeam:status", status: "processing", final: false }, "https://shop.example"],
    [{ type: "hookbeam:status", status: "paid", final: true }, "https://shop.example"],
  ]);
});

it("tells nobody who may not show it, and nobody where no page is around it", async () => {
  const postMessage = vi.fn();
  const itself = vi.spyOn(window, "postMessage");
  await open(paid, { embed: ["https://shop.example"] });
  expect(itself).not.toHaveBeenCalled();
  vi.spyOn(window, "parent", "get").mockReturnValue({ postMessage: postMessage } as unknown as Window);
  await open(paid);
  Object.defineProperty(location, "ancestorOrigins", { value: ["https://evil.example"], configurable: true });
  await open(paid, { embed: ["https://shop.example"] });
  Reflect.deleteProperty(location, "ancestorOrigins");
  expect(postMessage).not.toHaveBeenCalled();
});

it("names each origin that may be around it where the browser does not say which is", async () => {
  const postMessage = vi.fn();
  vi.spyOn(window, "parent", "get").mockReturnValue({ postMessage: postMessage } as unknown as Window);
  vi.spyOn(document, "referrer", "get").mockReturnValue("");
  await open(paid, { embed: ["https://shop.example", "https://other.example"] });
  expect(postMessage.mock.calls.map(([, origin]) => origin)).toEqual(["https://shop.example", "https://other.example"]);
});
