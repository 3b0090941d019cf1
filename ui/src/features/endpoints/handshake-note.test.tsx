import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { Endpoint } from "../../lib/api";
import { HandshakeNote } from "./handshake-note";

/** What was requested; the API's client takes `fetch` as it finds it when it is made. */
const asked = vi.hoisted(() => {
  const asked: string[] = [];
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = (async (request: Request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return new Response("{}");
  }) as typeof fetch;
  return asked;
});

function show(change: Partial<Endpoint>) {
  const endpoint = { id: "ep_1", name: "asana", secrets: [], ...change } as never as Endpoint;
  render(
    <QueryClientProvider client={new QueryClient()}>
      <HandshakeNote endpoint={endpoint} />
    </QueryClientProvider>,
  );
}

it("says until when the endpoint takes the secret", () => {
  show({ brings_secret: true, handshake_until: new Date(Date.now() + 60_000).toISOString() });
  expect(screen.getByText("Waiting for the sender’s secret")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});

it("waits for the secret again only when somebody asks for it", async () => {
  show({ brings_secret: true, handshake_until: new Date(Date.now() - 1).toISOString() });
  expect(asked).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Wait for the handshake" }));
  expect(asked).toContain("POST /api/v1/endpoints/ep_1/await-secret");
});

it("says nothing where the sender brings no secret", () => {
  show({});
  expect(document.body.textContent).toBe("");
});
