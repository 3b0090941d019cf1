import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { Tokens } from "./tokens";
import type { Token } from "./tokens-queries";

/** What answers; the API's client takes `fetch` as it finds it when it is made. */
const net = vi.hoisted(() => {
  const net = { tokens: [] as unknown[], asked: [] as string[] };
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = (async (request: Request) => {
    const path = new URL(request.url).pathname.replace("/api/v1", "");
    if (request.method !== "GET") net.asked.push(`${request.method} ${path} ${await request.text()}`);
    if (request.method === "DELETE") return new Response(null, { status: 204 });
    const content = {
      "/tokens": { tokens: net.tokens },
      "/endpoints": { endpoints: [{ id: "ep_shop", name: "shop" }] },
    }[path];
    if (request.method === "POST")
      return new Response(JSON.stringify({ ...token, token: "hbt_once" }), { status: 201 });
    return new Response(JSON.stringify(content), { status: 200 });
  }) as typeof fetch;
  const token = { id: "tok_1", name: "deploy" };
  return net;
});

const deploy: Token = {
  id: "tok_1",
  name: "deploy",
  scopes: ["read", "write"],
  endpoints: ["ep_shop"],
  created_at: "2026-01-01T00:00:00.000Z",
  created_by: "admin",
  expires_at: null,
  last_used_at: null,
};

function show(...tokens: Token[]) {
  net.tokens = tokens;
  net.asked = [];
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <Tokens />
    </QueryClientProvider>,
  );
}

it("lists what each token may do, for which endpoints, and whether it still works", async () => {
  show(deploy, { ...deploy, id: "tok_2", name: "old", endpoints: null, expires_at: "2026-01-02T00:00:00.000Z" });
  const [first, second] = (await screen.findAllByRole("listitem")) as [HTMLElement, HTMLElement];
  await within(first).findByText(/shop · never used/);
  expect(first.textContent).toContain("readwrite");
  expect(second.textContent).toContain("expired");
  expect(second.textContent).toContain("all endpoints");
});

it("creates a token with what was chosen, and shows it once", async () => {
  show();
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: "New token" }));
  await user.type(screen.getByLabelText("Name"), "deploy");
  await user.click(screen.getByLabelText(/^status:mint/));
  await user.click(await screen.findByLabelText("shop"));
  await user.selectOptions(screen.getByLabelText("Expires"), "in 30 days");
  await user.click(screen.getByRole("button", { name: "Create token" }));
  expect(await screen.findByText("hbt_once")).toBeTruthy();
  expect(net.asked).toEqual([
    'POST /tokens {"name":"deploy","scopes":["read","status:mint"],"endpoints":["ep_shop"],"expires_in":"30d"}',
  ]);
  expect(screen.queryByRole("button", { name: "Create token" })).toBeNull();
});

it("asks twice before it revokes one", async () => {
  show(deploy);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Revoke deploy" }));
  expect(net.asked).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Revoke" }));
  expect(net.asked).toEqual(["DELETE /tokens/tok_1 "]);
});
