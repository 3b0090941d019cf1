import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { ConfirmVisit } from "./confirm-visit";

/** What was requested, and the status that the sender answers with. */
const net = vi.hoisted(() => {
  const net = { asked: [] as string[], status: 200 };
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = (async (request: Request) => {
    net.asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return new Response(JSON.stringify({ host: "sns.eu-1.amazonaws.com", status: net.status }));
  }) as typeof fetch;
  return net;
});

const url = "https://sns.eu-1.amazonaws.com/?Token=t";

it.each([
  [200, /^Confirmed/],
  [403, /answered 403/],
])("visits the address once somebody asks for it, and says what came of it: %d", async (status, words) => {
  net.asked.length = 0;
  net.status = status;
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ConfirmVisit id="dlv_1" url={url} />
    </QueryClientProvider>,
  );
  expect(net.asked).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Confirm the subscription" }));
  expect(await screen.findByText(words)).toBeTruthy();
  expect(net.asked).toEqual(["POST /api/v1/deliveries/dlv_1/visit"]);
});
