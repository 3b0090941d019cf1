import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { Server } from "../../entities/server/queries";
import { SettingsPage } from "./settings-page";

/** What answers; the API's client takes `fetch` as it finds it when it is made. */
const net = vi.hoisted(() => {
  const net = { answer: (_: Request): Promise<Response> => Promise.reject(new Error("nothing answers")) };
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = ((request: Request) => net.answer(request)) as typeof fetch;
  return net;
});

const storage: Server["storage"] = {
  deliveries: 12_408,
  bytes: 312_400_000,
  keep_bytes: 1 << 30,
  events: 40_210,
  event_bytes: 3_100_000,
  keep_event_bytes: 64 << 20,
  events_forgotten: 0,
  events_forgotten_early: 0,
  rejected_bytes: 0,
  unsigned_bytes: 0,
  damaged: 0,
  file_bytes: 400_000_000,
  free_bytes: 80_000_000,
  returns_space: false,
};
const server: Server = { version: "1.0.0", storage, in_flight: 0, too_much: 0, refused: {}, warnings: [] };

function answer(change: Partial<Server> = {}) {
  net.answer = async (request) => {
    const content = request.url.endsWith("/server") ? { ...server, ...change } : { login: "admin" };
    return new Response(JSON.stringify(content), { status: 200 });
  };
  return net.answer;
}

function show(change?: Partial<Server>) {
  if (change) answer(change);
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <SettingsPage />
    </QueryClientProvider>,
  );
}

/** What stands beside a name, once it is there. */
const beside = async (name: string) => (await screen.findByText(name)).nextElementSibling?.textContent;

it("says what is kept, and how much may be", async () => {
  show({});
  expect(await beside("Deliveries")).toBe("12,408 312.4 MB of 1.1 GB");
  expect(await beside("Event ids")).toBe("40,210 3.1 MB of 67.1 MBNone forgotten.");
  expect(await beside("Damaged records")).toBe("None found since the start");
  expect(screen.getByText("Nothing was refused since the start.")).toBeTruthy();
});

it("says what has no limit, and what rejected and unsigned deliveries take", async () => {
  show({ storage: { ...storage, keep_bytes: 0, rejected_bytes: 2_000_000, unsigned_bytes: 640 } });
  const text = await beside("Deliveries");
  expect(text).toContain("312.4 MB · unlimited");
  expect(text).toContain("Rejected deliveries take 2.0 MB, unsigned ones 640 B.");
});

it("says what was forgotten, and what is damaged", async () => {
  show({ storage: { ...storage, events_forgotten: 1200, events_forgotten_early: 3, damaged: 2 } });
  expect(await beside("Event ids")).toContain(
    "1,200 forgotten to make room, 3 of them younger than 90 days. A repeat of a forgotten event counts as new.",
  );
  expect(await beside("Damaged records")).toContain("2 found since the start. They were changed on disk");
  expect(screen.queryByText("Too much to read")).toBeNull();
});

it("says how many deliveries were too much to read", async () => {
  show({ too_much: 3 });
  expect(await beside("Too much to read")).toContain("3 deliveries since the start. They are kept");
});

it("counts what was refused in words, the most frequent first, and leaves out what never was", async () => {
  show({ refused: { secret_missing: 2, busy: 0, rate_address: 1042, of_a_later_release: 2 } });
  await screen.findByRole("heading", { name: "Refused" });
  const list = screen.getByText("Deliveries over the rate limit of an address").closest("dl") as HTMLElement;
  expect(
    within(list)
      .getAllByRole("term")
      .map((term) => term.textContent),
  ).toEqual([
    "Deliveries over the rate limit of an address",
    "Of a later release",
    "Deliveries to an endpoint that has no secret to check with",
  ]);
  expect(
    within(list)
      .getAllByRole("definition")
      .map((count) => count.textContent),
  ).toEqual(["1,042", "2", "2"]);
});

it("puts what should be looked at above everything else", async () => {
  show({
    warnings: [
      { code: "proxy_not_trusted", detail: "Start the server with --trusted-proxy and the proxy's address." },
      { code: "database_gone", detail: "Its file was moved or deleted." },
    ],
  });
  const proxy = await screen.findByRole("region", { name: "A proxy is not trusted" });
  expect(proxy.textContent).toContain("--trusted-proxy");
  expect(screen.getByRole("region", { name: "The database file is gone" })).toBeTruthy();
  expect(proxy.compareDocumentPosition(screen.getByText("Theme", { selector: "dt" }))).toBe(
    Node.DOCUMENT_POSITION_FOLLOWING,
  );
});

it("says that it could not load, keeps the viewer's settings, and tries again when asked", async () => {
  const answers = answer();
  net.answer = (request) =>
    request.url.endsWith("/server") ? Promise.reject(new TypeError("network gone")) : answers(request);
  show();
  expect((await screen.findByRole("alert")).textContent).toContain("Could not load what the server keeps");
  expect(screen.getByText("Theme", { selector: "dt" })).toBeTruthy();
  net.answer = answers;
  await userEvent.setup().click(screen.getByRole("button", { name: "Try again" }));
  expect(await beside("Damaged records")).toBe("None found since the start");
});
