// The statuses screen with a far end in memory, for tests.

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { beforeEach, vi } from "vitest";
import { Route, Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import { LiveCache } from "../../app/live-cache";
import type { PublicStatus, Status, StatusDetail } from "../../entities/status/status";
import { Toaster } from "../../ui/toaster";
import { deliveries } from "../deliveries/deliveries";
import { statuses } from "./statuses";
import { StatusesPage } from "./statuses-page";

/** What answers; the API's client takes `fetch` as it finds it when it is made. */
const net = vi.hoisted(() => {
  const net = { answer: (_: Request): Promise<Response> => Promise.reject(new Error("nothing answers")) };
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = ((request: Request) => net.answer(request)) as typeof fetch;
  return net;
});

/** The text of the page that the customer sees. */
export async function customersPage() {
  const region = await screen.findByRole("region", { name: "What the customer sees" });
  return region.firstElementChild?.shadowRoot?.querySelector("payer-page")?.textContent ?? "";
}

let cache: LiveCache;
beforeEach(() => {
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(320);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(800);
});

const page = { name: "Acme Store", hidden: ["amount"] };
const rules = { references: [], mapping: null, unsigned: false, page };
const stripe = {
  id: "ep_1",
  name: "stripe",
  provider: "stripe",
  url: "http://hooks.test/in/stripe",
  secrets: [],
  statuses: rules,
};

/** How often each text occurs. */
function countOf(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}

/**
 * The far end: statuses in memory, with the routes that the screen asks for. `kept` is listed, `wholes` are found by
 * their ids, and `answers` are what links show, by their subjects. It returns what was asked and sent, in order.
 */
export function fakeApi(kept: Status[], wholes: StatusDetail[] = [], answers: Record<string, PublicStatus> = {}) {
  const requests: string[] = [];
  const sent: unknown[] = [];
  net.answer = async (request) => {
    const { pathname, searchParams: query } = new URL(request.url);
    const path = pathname.replace("/api/v1", "");
    requests.push(`${request.method} ${path}?${query}`);
    const answer = (content: unknown, code = 200) => new Response(JSON.stringify(content), { status: code });
    const kind = query.get("kind");
    const state = query.get("state");
    const review = query.get("review");
    const words = query.get("q") ?? "";
    if (path === "/endpoints") return answer({ endpoints: [stripe] });
    if (path === "/providers") return answer({ providers: [{ id: "stripe", name: "Stripe", category: "payments" }] });
    if (path === "/endpoints/ep_1/sample") return answer({ id: "dlv_9", seq: 9 });
    if (path === "/statuses/counts") {
      const listed = kept.filter((one) => !one.parent && (!kind || kind === one.kind));
      const marked = listed.filter(({ needs_review }) => needs_review);
      const reasons = countOf(marked.flatMap(({ review }) => review ?? []));
      return answer({ counts: countOf(listed.map((one) => one.state)), review: { total: marked.length, reasons } });
    }
    if (path === "/statuses") {
      const fits = (s: Status) =>
        !s.parent &&
        (!state || state === s.state) &&
        (!review || (review === "any" ? s.needs_review : s.review?.includes(review))) &&
        (s.reference ?? "").includes(words);
      return answer({ statuses: kept.filter(fits) });
    }
    if (path === "/status-links") {
      const link = await request.json();
      sent.push(link);
      // The token of a fake link is its subject.
      const token = String(link.subject);
      return answer({ url: `http://hooks.test/status/${token}`, token, expires_at: "2026-11-26T14:41:10Z" }, 201);
    }
    if (pathname.startsWith("/status/")) {
      const { title = "Payment received", note = "Thank you." } = answers[pathname.slice("/status/".length)] ?? {};
      const content = `<header><span>Acme Store</span></header><h1 role="status">${title}</h1><p>${note}</p>`;
      return new Response(`<main>${content}</main>`);
    }
    if (path.startsWith("/status/")) {
      const token = decodeURIComponent(path.slice("/status/".length));
      return answer(
        answers[token] ?? {
          status: "paid",
          title: "Payment received",
          tone: "success",
          note: "Thank you.",
          final: true,
        },
      );
    }
    if (path.endsWith("/review")) {
      const decision = await request.json();
      const one = wholes.find(({ id }) => path === `/statuses/${id}/review`);
      if (!one) return answer({ code: "not_found", detail: "There is no such status." }, 404);
      sent.push(decision);
      const { reviewed: _, ...rest } = one;
      const { cleared, note } = decision;
      const reviewed = { by: "local", at: "2026-11-26T14:41:10Z", review: one.review ?? [], note };
      return answer({ ...rest, needs_review: !cleared, ...(cleared && { reviewed }) });
    }
    const whole = wholes.find(({ id, merged }) => [id, ...(merged ?? [])].some((own) => path === `/statuses/${own}`));
    if (whole) return answer(whole);
    return answer({ code: "not_found", detail: "There is no such status. It may have been of another log." }, 404);
  };
  return { requests, sent, kept };
}

/** Opens the screen at a path, and returns the paths that it went to. */
export async function open(path: string) {
  const { hook, searchHook, history } = memoryLocation({ path, record: true });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  cache = new LiveCache(client, { deliveries, statuses });
  render(
    <QueryClientProvider client={client}>
      <Router hook={hook} searchHook={searchHook}>
        <Route path="/statuses/:id?">
          <StatusesPage />
        </Route>
      </Router>
      <Toaster />
    </QueryClientProvider>,
  );
  return history;
}

/** The texts of the rows that are shown. */
export const rows = () => screen.getAllByRole("row").map((row) => row.textContent?.replace(/\s+/g, " ").trim());
/** Has statuses arrive over the live connection. */
export const pushUpdates = (...all: Status[]) =>
  act(async () => cache.updates(all.map((one) => ({ kind: "status", seq: one.seq, status: one }))));
