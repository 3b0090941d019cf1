import { within } from "@testing-library/dom";
import axe from "axe-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import "./hookbeam";
import type { PaymentStatusElement } from "./hookbeam";
import type { PublicStatus } from "./status";
import { FakeHookbeam } from "./testing/fake-hookbeam";
import { serve } from "./testing/page";
import { wordsOf } from "./words";

const pending = {
  status: "pending",
  title: "Payment started",
  tone: "pending",
  final: false,
  amount: 4900,
  currency: "EUR",
  reference: "10-4471",
};
const paid = { ...pending, status: "paid", title: "Payment received", tone: "success", final: true };

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The widget in a page, and what it told the page. */
async function open(attributes: Record<string, string> = {}) {
  const element = document.createElement("payment-status");
  const all = { token: "tok", url: "https://hooks.example.com", lang: "en", ...attributes };
  for (const [name, value] of Object.entries(all)) element.setAttribute(name, value);
  const events: PublicStatus[] = [];
  element.addEventListener("statuschange", (event) => events.push((event as CustomEvent<PublicStatus>).detail));
  document.body.append(element);
  await pass(50);
  return { element, events, ...inside(element) };
}

function inside(element: PaymentStatusElement) {
  const root = element.shadowRoot?.firstElementChild as HTMLElement;
  return {
    visibleText: () => within(root).getByRole("status").textContent,
    text: () => root.textContent,
    parts: () => root.getAttribute("part"),
    shows: (name: string) => root.querySelector<HTMLElement>(`[part=${name}]`)?.hidden === false,
  };
}

it("says where the payment stands, with its amount and its reference, and how it knows", async () => {
  serve(new FakeHookbeam(pending));
  const { visibleText, text, parts } = await open();
  expect(visibleText()).toBe("Payment started€49.0010-4471");
  expect(text()).toMatch(/Live$/);
  expect(parts()).toBe("box tone-pending state-pending");
});

it("changes by itself, tells the page, and says nothing of its connection after a final state", async () => {
  const server = serve(new FakeHookbeam(pending));
  const { element, events, visibleText, text, parts, shows } = await open();
  server.become(paid);
  expect(visibleText()).toMatch(/^Payment received/);
  expect(parts()).toBe("box tone-success state-paid");
  expect(text()).toContain("✓");
  expect(shows("line")).toBe(false);
  expect(events.map(({ status }) => status)).toEqual(["pending", "paid"]);
  expect(element.status).toEqual(events.at(-1));
});

it("claims nothing before the first answer, and asks for nothing without a token", async () => {
  const server = serve(new FakeHookbeam(pending));
  server.sockets = "mute";
  server.polls = "swallow";
  expect((await open()).visibleText()).toBe("…");
  const dialled = server.dialled.length;
  const { visibleText } = await open({ token: "" });
  expect([visibleText(), server.dialled.length]).toEqual(["…", dialled]);
});

it("says that a payment is a test, and that a link leads nowhere", async () => {
  const server = serve(new FakeHookbeam({ ...pending, test: true }));
  expect((await open()).visibleText()).toMatch(/Test: no money moves$/);
  server.gone = true;
  server.sockets = "refuse";
  const { visibleText, shows, events } = await open({ token: "other" });
  expect([visibleText(), shows("line")]).toEqual(["This link is not valid, or no longer", false]);
  expect(events).toEqual([]);
});

it("asks in five languages, in the page's where none is chosen, and has words of its own for the rest", async () => {
  const server = serve(new FakeHookbeam(paid));
  for (const lang of ["de", "fr-CA", "es", "hi", "xx"]) await open({ lang });
  expect([...server.versions]).toEqual(["de", "fr-CA", "es", "hi", "xx"].map((lang) => `?v=2&lang=${lang}`));
  expect((await open({ lang: "de" })).visibleText()).toContain("49,00\u00a0€");
  for (const lang of ["de", "fr", "es", "hi"]) {
    const { lines } = wordsOf("en");
    expect(Object.keys(wordsOf(lang).lines)).toEqual(Object.keys(lines));
    expect(wordsOf(lang).test).not.toBe(wordsOf("en").test);
  }
  document.body.lang = "es";
  const { element } = await open();
  server.versions.clear();
  element.removeAttribute("lang");
  await pass(50);
  expect([...server.versions]).toEqual(["?v=2&lang=es"]);
  document.body.removeAttribute("lang");
});

it("shows a state as it is that only the shop knows", async () => {
  serve(new FakeHookbeam({ status: "in_transit", final: false }));
  expect((await open()).visibleText()).toBe("In transit");
});

it("shows a state that it does not know by the server's words and tone, and what was paid of what is due", async () => {
  const note = "€30.00 is still due.";
  const status = { status: "partially_paid", tone: "warning", title: "Part of your order is paid", note, final: false };
  serve(new FakeHookbeam({ ...status, amount: 2000, due: 5000, currency: "EUR" }));
  const { visibleText, parts, text } = await open();
  expect(visibleText()).toBe(`Part of your order is paid${note}€20.00 / €50.00`);
  expect(parts()).toBe("box tone-warning state-partially_paid");
  expect(text()).toContain("!");
});

it("shows what was due where more was paid", async () => {
  serve(new FakeHookbeam({ ...paid, amount: 9800, due: 4900 }));
  expect((await open()).visibleText()).toContain("received€49.00");
});

it("follows its attributes, and shows nothing of the payment before", async () => {
  const server = serve(new FakeHookbeam(pending));
  const { element, visibleText } = await open();
  expect(server.open.size).toBe(1);
  element.setAttribute("token", "other");
  expect(visibleText()).toBe("…");
  element.setAttribute("url", "https://elsewhere.example.com/h");
  await pass(50);
  expect(visibleText()).toContain("Payment started");
  expect([...server.addresses]).toEqual([
    "wss://hooks.example.com/api/v1/status/tok/live",
    "wss://elsewhere.example.com/h/api/v1/status/other/live",
  ]);
  expect(server.open.size).toBe(1);
});

it("asks where its script came from, if nobody says where", async () => {
  const server = serve(new FakeHookbeam(pending));
  const { element } = await open();
  element.removeAttribute("url");
  await pass(50);
  // The script that was served as {base}embed/hookbeam.js here is ui/embed/hookbeam.ts.
  const address = [...server.addresses].at(-1) ?? "";
  expect(new URL(address).pathname).toMatch(/\/api\/v1\/status\/tok\/live$/);
  expect(address).not.toContain("/embed/");
});

it("several on a page do not disturb one another", async () => {
  const server = serve(new FakeHookbeam(pending));
  const [one, two] = [await open(), await open({ lang: "de" })];
  one.element.remove();
  server.become(paid);
  expect([one.visibleText(), two.visibleText()]).toEqual([
    "Payment started€49.0010-4471",
    "Payment received49,00\u00a0€10-4471",
  ]);
});

it("is silent while it is out of the page, and goes on when it is back", async () => {
  const server = serve(new FakeHookbeam(pending));
  const { element, visibleText, events } = await open();
  element.remove();
  await pass(50);
  expect(server.open.size).toBe(0);
  server.status = paid;
  document.body.append(element);
  expect(visibleText()).toContain("Payment started");
  await pass(50);
  expect(visibleText()).toContain("Payment received");
  element.remove();
  document.body.append(element);
  await pass(50);
  expect(events.map(({ status }) => status)).toEqual(["pending", "paid"]);
});

it("needs nothing that a strict policy of the shop forbids", async () => {
  const html = vi.spyOn(Element.prototype, "innerHTML", "set");
  serve(new FakeHookbeam({ ...paid, reference: "<img src=x onerror=alert(1)>" }));
  const { element, visibleText } = await open();
  expect(visibleText()).toContain("<img src=x onerror=alert(1)>");
  expect(element.shadowRoot?.querySelectorAll("style, link, script, img, [style], [onerror]")).toHaveLength(0);
  expect(html).not.toHaveBeenCalled();
});

it("is accessible", async () => {
  serve(new FakeHookbeam(pending));
  const { element } = await open();
  vi.useRealTimers();
  const { violations } = await axe.run(element, { rules: { region: { enabled: false } } });
  expect(violations).toEqual([]);
});
