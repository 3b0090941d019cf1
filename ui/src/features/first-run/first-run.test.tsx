import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { endpointKeys } from "../../entities/endpoint/queries";
import type { Endpoint } from "../../lib/api";
import { toasts } from "../../ui/toast";
import { FirstRun } from "./first-run";

/** What answers; the API's client takes `fetch` as it finds it when it is made. */
const net = vi.hoisted(() => {
  const net = { answer: (_: Request): Promise<Response> => Promise.reject(new Error("nothing answers")) };
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = ((request: Request) => net.answer(request)) as typeof fetch;
  return net;
});

function show(endpoints: Partial<Endpoint>[]) {
  const client = new QueryClient();
  client.setQueryData(endpointKeys.all, endpoints);
  render(
    <QueryClientProvider client={client}>
      <FirstRun />
    </QueryClientProvider>,
  );
}

const first = { id: "ep_1", name: "first", url: "https://hooks.test/in/first-7q2m", secrets: [] };
const other = { ...first, id: "ep_0", name: "aaa", url: "https://hooks.test/in/aaa-1" };

it("shows the address that the server made, and a line to try it", () => {
  show([other, first]);
  expect(screen.getByText(first.url)).toBeTruthy();
  expect(screen.getByText(`curl -d '{"hello":"world"}' ${first.url}`)).toBeTruthy();
});

it("asks for the secret in the line where the endpoint wants one", () => {
  show([{ ...first, secrets: [{ label: "live" }] }]);
  expect(screen.getByText(/^curl /).textContent).toContain("-H 'X-Webhook-Secret: …'");
});

it("has the server send a sample, and says why it could not", async () => {
  const requests: string[] = [];
  net.answer = async (request) => {
    requests.push(`${request.method} ${new URL(request.url).pathname}`);
    return new Response(
      JSON.stringify({ status: 503, code: "cannot_store", detail: "The disk is full. Free some space." }),
      {
        status: 503,
      },
    );
  };
  show([first]);
  await userEvent.setup().click(screen.getByRole("button", { name: "Send a sample" }));
  expect(requests).toEqual(["POST /api/v1/endpoints/ep_1/sample"]);
  await vi.waitFor(() => expect(toasts.get().at(-1)?.text).toBe("The disk is full. Free some space."));
});

it("opens the payer's page with the click that plays a payment", async () => {
  const open = vi.spyOn(window, "open").mockReturnValue(null);
  const requests: string[] = [];
  net.answer = async (request) => {
    requests.push(`${request.method} ${new URL(request.url).pathname}`);
    return new Response(JSON.stringify({ status: 503, code: "stopping", detail: "Try again." }), { status: 503 });
  };
  show([first]);
  await userEvent.setup().click(screen.getByRole("button", { name: "Play a payment" }));
  expect(open).toHaveBeenCalledWith("", "_blank");
  await vi.waitFor(() => expect(toasts.get().at(-1)?.title).toBe("Could not play a payment"));
  expect(requests).toEqual(["GET /api/v1/providers"]);
});

it("leads on where every endpoint was deleted", () => {
  show([]);
  expect(screen.getByRole("link", { name: "New endpoint" }).getAttribute("href")).toBe("/endpoints/new");
});

it("says that only the private network can send, and opens the address to the internet", async () => {
  const requests: string[] = [];
  net.answer = async (request) => {
    requests.push(`${request.method} ${new URL(request.url).pathname}`);
    const kept = { ...first, confirmed: true };
    return new Response(JSON.stringify(request.method === "GET" ? { endpoints: [kept] } : kept), { status: 200 });
  };
  show([{ ...first, confirmed: false }]);
  expect(await screen.findByText(/Only this machine and your private network can send here/)).toBeTruthy();
  await userEvent.setup().click(screen.getByRole("button", { name: "Open it to the internet" }));
  await vi.waitFor(() => expect(toasts.get().at(-1)?.title).toBe("first is open to the internet"));
  expect(requests[0]).toBe("POST /api/v1/endpoints/ep_1/confirm");
  expect(screen.queryByText(/Only this machine/)).toBeNull();
});

it("says nothing of it where the address is open already", async () => {
  show([{ ...first, confirmed: true }]);
  await vi.dynamicImportSettled();
  expect(screen.getByText(first.url)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Open it to the internet" })).toBeNull();
});
