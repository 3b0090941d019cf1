import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import type { Candidate, Provider } from "../../entities/provider/queries";
import { ProviderField } from "./provider-field";

/** What was asked, and what the server answers: the endpoints, and the senders that a request may be from. */
const net = vi.hoisted(() => {
  const net = { asked: [] as string[], endpoints: [] as object[], candidates: [] as object[], status: 200 };
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = (async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "POST") net.asked.push(`${path} ${((await request.json()) as { text: string }).text}`);
    const body = path.endsWith("/identify") ? { candidates: net.candidates } : { endpoints: net.endpoints };
    return new Response(JSON.stringify(body), {
      status: path.endsWith("/identify") ? net.status : 200,
      headers: { "Content-Type": "application/json" },
    });
  }) as typeof fetch;
  // jsdom has no layout, which the list asks for.
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  Element.prototype.scrollIntoView ??= () => {};
  return net;
});

beforeEach(() => {
  Object.assign(net, { asked: [], endpoints: [], candidates: [], status: 200 });
});

const sender = (id: string, name: string, category: string, more: object = {}) =>
  ({ id, name, category, steps: [`Open ${name}.`], aliases: [], settings: [], ...more }) as unknown as Provider;

const oneSource = "These facts are from one source. Send a test event before you rely on them."; // grade B
const unsure = "Not confirmed: check the sender's page."; // grade C
const providers = [
  sender("generic", "Any sender", "general"),
  sender("stripe", "Stripe", "payments", { source: "https://stripe.example/signatures" }),
  sender("paddle", "Paddle Billing", "payments"),
  sender("gitlab", "GitLab", "code", { grade_note: oneSource }),
  sender("meta", "Meta", "chat", { aliases: ["WhatsApp Cloud", "Instagram"], grade_note: unsure }),
];

/** Shows the field with a sender that is chosen. chosen is what a person chooses then. */
function field(value = "generic") {
  const chosen = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ProviderField providers={providers} value={value} onProvider={chosen} />
    </QueryClientProvider>,
  );
  return chosen;
}

async function open() {
  await userEvent.click(screen.getByRole("button", { name: /^Sender: / }));
  return within(await screen.findByRole("dialog", { name: "Choose a sender" }));
}

const names = (dialog: { getAllByRole: typeof screen.getAllByRole }) =>
  dialog.getAllByRole("option").map(({ textContent }) => textContent);

it("shows all senders in their groups, in the order of the groups", async () => {
  field();
  const dialog = await open();
  expect(dialog.getAllByRole("group").map((group) => group.getAttribute("aria-labelledby"))).toHaveLength(4);
  for (const heading of ["Payments", "Code and CI", "Chat and calls", "Any sender"])
    expect(dialog.getAllByText(heading).length).toBeGreaterThan(0);
  expect(names(dialog)).toEqual(["Stripe", "Paddle Billing", "GitLab", "Meta", "Any sender"]);
  expect(dialog.queryByText("Used last")).toBeNull();
  expect(dialog.queryByText("Monitoring")).toBeNull();
});

it("shows those of the newest endpoints first, each once, and in their groups as well", async () => {
  net.endpoints = [
    { name: "a", provider: "stripe", created_at: "2026-01-01T00:00:00Z" },
    { name: "b", provider: "gitlab", created_at: "2026-01-02T00:00:00Z" },
    { name: "c", provider: "stripe", created_at: "2025-01-01T00:00:00Z" },
  ];
  field();
  const dialog = await open();
  expect(await dialog.findByText("Used last")).toBeTruthy();
  expect(names(dialog).slice(0, 3)).toEqual(["GitLab", "Stripe", "Stripe"]);
  expect(names(dialog)).toHaveLength(7);
});

it("finds a sender by its name or an alias, and chooses it by keyboard", async () => {
  const chosen = field();
  const dialog = await open();
  await userEvent.keyboard("PADDLE");
  expect(names(dialog)).toEqual(["Paddle Billing"]);
  await userEvent.clear(dialog.getByRole("combobox"));
  await userEvent.keyboard("whats");
  expect(names(dialog)).toEqual(["MetaWhatsApp Cloud"]);
  await userEvent.keyboard("{Enter}");
  expect(chosen).toHaveBeenCalledExactlyOnceWith("meta");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(net.asked).toEqual([]);
});

it("says what to do where no name fits", async () => {
  field();
  const dialog = await open();
  await userEvent.keyboard("nobody");
  expect(dialog.getByRole("status").textContent).toContain("Choose “Any sender”");
  await userEvent.click(dialog.getByRole("button", { name: "Clear" }));
  expect(names(dialog)).toHaveLength(5);
});

const request = "POST /hooks HTTP/1.1\nHost: shop.example\nPaddle-Signature: ts=1;h1=00\n\n{}";

it("names the sender of a pasted request", async () => {
  net.candidates = [{ provider: "paddle", reasons: ["header Paddle-Signature"] } satisfies Partial<Candidate>];
  const chosen = field();
  const dialog = await open();
  await userEvent.paste(request);
  expect(await dialog.findByText("This request may be from")).toBeTruthy();
  expect(names(dialog)).toEqual(["Paddle Billingheader Paddle-Signature"]);
  expect(net.asked).toEqual([`/api/v1/providers/identify ${request}`]);
  expect((dialog.getByRole("combobox") as HTMLInputElement).value).toBe("");
  await dialog.findByRole("option", { selected: true });
  await userEvent.keyboard("{Enter}");
  expect(chosen).toHaveBeenCalledExactlyOnceWith("paddle");
});

it("names the sender of a header's name", async () => {
  net.candidates = [{ provider: "stripe", reasons: ["header Stripe-Signature"] }];
  field();
  const dialog = await open();
  await userEvent.click(dialog.getByRole("combobox"));
  await userEvent.paste("Stripe-Signature");
  expect(await dialog.findByText("This request may be from")).toBeTruthy();
  expect(names(dialog)).toEqual(["Stripeheader Stripe-Signature"]);
  expect(net.asked).toEqual(["/api/v1/providers/identify Stripe-Signature"]);
  await userEvent.click(dialog.getByRole("button", { name: "Clear" }));
  expect(names(dialog)).toHaveLength(5);
});

it("offers any sender for a request that nobody is known for", async () => {
  field();
  const dialog = await open();
  await userEvent.paste("X-Own: 1");
  expect((await dialog.findByText(/No known sender sends this/)).getAttribute("role")).toBe("status");
  expect(names(dialog)).toEqual(["Any sender"]);
});

it("says so if the server cannot read the request", async () => {
  net.status = 503;
  field();
  const dialog = await open();
  await userEvent.paste("X-Own: 1");
  expect(await dialog.findByText(/^Could not read the request/)).toBeTruthy();
});

it.each([
  ["gitlab", oneSource],
  ["meta", unsure],
  ["stripe", ""],
])("says how sure the facts about a sender are: %s", (id, note) => {
  field(id);
  for (const text of [oneSource, unsure]) expect(screen.queryByText(text) !== null).toBe(text === note);
});

it("leads to the sender's own page about its signature", () => {
  field("stripe");
  const link = screen.getByRole("link", { name: "Stripe about its signature" });
  expect(link.getAttribute("href")).toBe("https://stripe.example/signatures");
  expect(screen.getByRole("list", { name: "How to set up Stripe" }).textContent).toBe("Open Stripe.");
});
