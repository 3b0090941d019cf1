import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import type { Endpoint } from "../../lib/api";
import { WouldVerifyNote } from "./would-verify-note";

/** What was requested, and what is answered. */
const net = vi.hoisted(() => {
  const net = { asked: [] as string[], released: 0, status: 200 };
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = (async (request: Request) => {
    net.asked.push(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`);
    const { released, status } = net;
    return new Response(JSON.stringify({ examined: 20, verified: released, released }), {
      status,
      headers: { "Content-Type": "application/json" },
    });
  }) as typeof fetch;
  return net;
});

beforeEach(() => {
  Object.assign(net, { asked: [], released: 14, status: 200 });
});

function show(would_verify?: number, changed = false) {
  const client = new QueryClient();
  const note = (count?: number) => (
    <QueryClientProvider client={client}>
      <WouldVerifyNote endpoint={{ id: "ep_1", would_verify: count } as never as Endpoint} changed={changed} />
    </QueryClientProvider>
  );
  const { rerender } = render(note(would_verify));
  return { become: (count?: number) => rerender(note(count)) };
}

const button = () => screen.getByRole("button", { name: "Verify again" });

it("says nothing where nothing would verify", () => {
  show();
  expect(document.body.textContent).toBe("");
});

it("asks before anything is verified again, and then says how many were", async () => {
  const { become } = show(14);
  expect(screen.getByRole("region", { name: "14 rejected deliveries would verify now" })).toBeTruthy();
  expect(net.asked).toEqual([]);
  await userEvent.click(button());
  expect(net.asked).toEqual(['POST /api/v1/endpoints/ep_1/reverify {"release":true}']);
  become(); // the live connection tells that the offer is over
  expect(screen.getByRole("status").textContent).toContain("14 deliveries are verified now");
  expect(screen.queryByRole("button")).toBeNull();
});

it("comes into sight after a change of the endpoint, and only then", () => {
  const scrolled = vi.fn();
  Element.prototype.scrollIntoView = scrolled;
  show(2);
  expect(scrolled).not.toHaveBeenCalled();
  show(undefined, true).become(2);
  expect(scrolled).toHaveBeenCalledOnce();
});

it("speaks of one delivery in the singular", async () => {
  net.released = 1;
  const { become } = show(1);
  expect(screen.getByRole("region", { name: "1 rejected delivery would verify now" })).toBeTruthy();
  await userEvent.click(button());
  become();
  expect(screen.getByText(/^1 delivery is verified now/)).toBeTruthy();
});

it("tells the truth where retention was faster", async () => {
  net.released = 0;
  const { become } = show(2);
  await userEvent.click(button());
  become();
  expect(screen.getByText(/retention removed them/)).toBeTruthy();
});

it("keeps the offer after a failure", async () => {
  net.status = 503;
  show(14);
  await userEvent.click(button());
  expect(await screen.findByText("Could not verify again")).toBeTruthy();
  expect(button()).toBeTruthy();
});
