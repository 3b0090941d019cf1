import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Layout } from "./layout";

/** What answers; the API's client takes `fetch` as it finds it when it is made. */
const net = vi.hoisted(() => {
  const net = { requests: 0, warnings: [] as { code: string; detail: string }[] };
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = (async ({ url }: Request) => {
    if (!url.endsWith("/server")) return new Response('{"endpoints":[]}');
    net.requests++;
    return new Response(JSON.stringify({ version: "", storage: {}, refused: {}, warnings: net.warnings }));
  }) as typeof fetch;
  return net;
});

const warning = { code: "proxy_not_trusted", detail: "Name it." };
let hidden = false;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => (hidden ? "hidden" : "visible"));
  vi.spyOn(document, "hidden", "get").mockImplementation(() => hidden);
  Object.assign(net, { requests: 0, warnings: [] });
});
afterEach(() => vi.useRealTimers());

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const look = (isHidden: boolean) => {
  hidden = isHidden;
  act(() => void document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
};

function show() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Layout>{null}</Layout>
    </QueryClientProvider>,
  );
}

it("marks the settings where the server has warnings, after the page has loaded", async () => {
  hidden = false;
  net.warnings = [warning, warning];
  show();
  await pass(1999);
  expect(net.requests).toBe(0);
  await pass(1);
  await pass(10);
  // Beside the list of screens, and in the bar of a phone.
  expect(screen.getAllByRole("link", { name: "Settings, 2 warnings" })).toHaveLength(2);
  net.warnings = [];
  await pass(60_000);
  await pass(10);
  expect(screen.getAllByRole("link", { name: "Settings" })).toHaveLength(2);
});

it("asks once a minute, and never while nobody looks", async () => {
  hidden = true;
  show();
  await pass(10 * 60_000);
  expect(net.requests).toBe(0);
  look(false);
  await pass(0);
  expect(net.requests).toBe(1);
  await pass(59_000);
  expect(net.requests).toBe(1);
  await pass(1_000);
  expect(net.requests).toBe(2);
  look(true);
  await pass(10 * 60_000);
  expect(net.requests).toBe(2);
});
