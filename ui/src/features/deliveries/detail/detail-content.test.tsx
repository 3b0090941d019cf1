import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { endpointKeys } from "../../../entities/endpoint/queries";
import type { Effect } from "../../../entities/status/status";
import type { DeliveryDetail, Endpoint } from "../../../lib/api";
import { DetailContent } from "./detail-content";
import type { DetailTab } from "./detail-tab";

const delivery = {
  id: "dlv_14",
  seq: 14,
  endpoint: "ep_1",
  method: "POST",
  path: "/",
  size: 20,
  content_type: "application/json",
  verdict: "verified",
  secret: "live",
  headers: [],
  effects: [],
  received_at: "2026-11-23T14:41:10.386Z",
  took_us: 900,
} as never as DeliveryDetail;

const endpoint = { id: "ep_1", name: "stripe", verify: "enforce", secrets: [{ label: "live" }] } as Endpoint;

function show(tab: DetailTab, change: Partial<DeliveryDetail>) {
  const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("{}"));
  const client = new QueryClient();
  client.setQueryData(endpointKeys.all, [endpoint]);
  const { container } = render(
    <QueryClientProvider client={client}>
      <DetailContent delivery={{ ...delivery, ...change }} tab={tab} onTab={() => {}} onClose={() => {}} />
    </QueryClientProvider>,
  );
  return { fetched, text: () => container.textContent };
}

it("says of a damaged record that it is not genuine, and does not ask for its body", () => {
  const { fetched, text } = show("body", { integrity: "damaged" });
  expect(screen.getByRole("alert").textContent).toContain("This record was changed on disk after it was stored");
  expect(screen.getByText("Body not shown")).toBeTruthy();
  expect(fetched).not.toHaveBeenCalled();
  expect(text()).not.toMatch(/verified|“live”|is genuine/i);
});

it("shows none of a damaged record's checks as passed", () => {
  const { text } = show("verdict", { integrity: "damaged" });
  expect(screen.getByRole("heading", { name: "Not shown as genuine" })).toBeTruthy();
  expect(text()).toContain("Checksum does not match");
  expect(text()).not.toMatch(/passed|verified|“live”|is genuine/i);
});

it("asks for the body of any other, and says in the verdict that its checksum matches", () => {
  const { fetched } = show("body", { integrity: "ok" });
  expect(screen.queryByRole("alert")).toBeNull();
  expect(fetched).toHaveBeenCalledOnce();
  show("verdict", { integrity: "ok" });
  expect(screen.getByText("Checksum matches")).toBeTruthy();
});

it("offers no subject of a delivery of which nothing was used", () => {
  const { text } = show("effect", { effects: [{ effect: "too_much" } as Effect] });
  expect(text()).toContain("nothing in it counts");
  expect(screen.getAllByRole("tab").map((tab) => tab.textContent)).toEqual(["Body", "Headers0", "Verdict", "Effect"]);
});
