import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { deliveryKeys } from "../../entities/delivery/queries";
import { type Refusal, refusalsQuery } from "../../entities/endpoint/refusals";
import { RefusedRequests } from "./refused-requests";

vi.hoisted(() => {
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = () => new Promise(() => {});
});

const refusal = (change: Partial<Refusal>): Refusal => ({
  at: "2026-11-28T12:00:00.000Z",
  code: "body_too_large",
  status: 413,
  method: "POST",
  path: "/…?…",
  size: 2 << 20,
  remote: "192.0.2.7",
  ...change,
});

function show(refusals: Refusal[], counts: Record<string, number>, newest: object | null) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(refusalsQuery("ep_1").queryKey, { refusals, counts, since: "2026-11-28T11:00:00.000Z" });
  client.setQueryData(deliveryKeys.newest("ep_1"), newest);
  render(
    <QueryClientProvider client={client}>
      <RefusedRequests endpoint="ep_1" />
    </QueryClientProvider>,
  );
}

it("shows nothing where nothing was refused", () => {
  show([], { endpoint_not_found: 12, request_unreadable: 3 }, { id: "dlv_1" });
  expect(screen.queryByRole("region", { name: "Refused requests" })).toBeNull();
});

it("says of each reason why and what to do, with its newest requests", () => {
  const many = Array.from({ length: 7 }, () => refusal({ user_agent: "<b>sender</b>/1.0" }));
  show([...many, refusal({ code: "of_a_later_release", status: 418, size: -1, path: "" })], {}, { id: "dlv_1" });
  expect(screen.getByText(/^8 refused requests/)).toBeTruthy();
  expect(screen.getByText(/larger than this endpoint accepts/).textContent).toContain("Raise “Largest body”");
  expect(screen.getByText(/answered of_a_later_release/)).toBeTruthy();
  expect(screen.getAllByText("413 POST /…?…")).toHaveLength(5);
  expect(screen.getAllByText("<b>sender</b>/1.0")).toHaveLength(5);
  expect(screen.getByText("and 2 more")).toBeTruthy();
  expect(screen.getByText("418 POST")).toBeTruthy();
});

it("tells of requests to other addresses while nothing has arrived", () => {
  show([], { endpoint_not_found: 1 }, null);
  expect(screen.getByText(/^One request came to addresses that no endpoint has/)).toBeTruthy();
});
