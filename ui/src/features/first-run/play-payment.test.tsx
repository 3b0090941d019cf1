import { expect, it, vi } from "vitest";
import type { Endpoint } from "../../lib/api";
import { toasts } from "../../ui/toast";
import { playPayment } from "./play-payment";

/** What answers; the API's client takes `fetch` as it finds it when it is made. */
const net = vi.hoisted(() => {
  const net = { answer: (_: Request): Promise<Response> => Promise.reject(new Error("nothing answers")) };
  document.documentElement.dataset["base"] = `${location.origin}/`; // outside a browser an address must be whole
  globalThis.fetch = ((request: Request) => net.answer(request)) as typeof fetch;
  return net;
});

const made = { id: "ep_new", name: "stripe-test", provider: "stripe", secrets: [{ label: "test" }] };
const generic = { id: "ep_1", name: "first", provider: "generic", secrets: [{ label: "live" }] } as Endpoint;
const paypal = { id: "ep_2", name: "pay", provider: "paypal", secrets: [{ label: "live" }] } as Endpoint;
const page = () => ({ opener: window, location: { replace: vi.fn() }, close: vi.fn() });

/** Answers as the server does, and returns what was asked, with the bodies. */
function server() {
  const asked: [string, Record<string, unknown>][] = [];
  net.answer = async (request) => {
    const path = `${request.method} ${new URL(request.url).pathname.replace("/api/v1", "")}`;
    asked.push([path, request.method === "POST" ? await request.json() : {}]);
    const flows = [{ name: "paid", steps: [] }];
    const answers: Record<string, unknown> = {
      "GET /providers": {
        providers: [
          { id: "generic", flows: [] },
          { id: "stripe", flows },
          { id: "paypal", flows },
        ],
      },
      "POST /endpoints": made,
      "POST /status-links": { url: "https://hooks.test/status/t" },
    };
    return new Response(JSON.stringify(answers[path] ?? { id: "dlv_1", steps: 3, subject: "order/10-1" }));
  };
  return asked;
}

it("plays each step of one payment, with the payer's page open from the first", async () => {
  const asked = server();
  const payer = page();
  await playPayment(payer as unknown as Window, [generic, paypal], 0);
  const paths = asked.map(([path]) => path);
  const step = "POST /endpoints/ep_2/sample";
  expect(paths).toEqual(["GET /providers", step, "POST /status-links", step, step]);
  const steps = asked.filter(([path]) => path === step).map(([, body]) => body);
  expect(steps.map((body) => body["step"])).toEqual([0, 1, 2]);
  expect(new Set(steps.map((body) => body["run"])).size).toBe(1);
  expect(asked[2]?.[1]).toMatchObject({ endpoint: "ep_2", subject: "order/10-1", mode: "test" });
  expect(payer.location.replace).toHaveBeenCalledWith("https://hooks.test/status/t");
  expect(payer.opener).toBeNull();
  expect(toasts.get().at(-1)?.title).toBe("Played a payment through pay");
});

it("makes an endpoint with a secret where no endpoint verifies payments", async () => {
  const asked = server();
  await playPayment(null, [generic, { ...paypal, secrets: [] }], 0);
  const body = asked.find(([path]) => path === "POST /endpoints")?.[1];
  expect(body).toMatchObject({ name: "stripe-test", provider: "stripe" });
  expect(JSON.stringify(body)).toMatch(/"whsec_[0-9a-f]{48}"/);
  expect(asked.some(([path]) => path === "POST /endpoints/ep_new/sample")).toBe(true);
});

it("closes the window and says why it could not", async () => {
  net.answer = async () =>
    new Response(JSON.stringify({ status: 503, code: "cannot_store", detail: "The disk is full." }), { status: 503 });
  const payer = page();
  await playPayment(payer as unknown as Window, [paypal], 0);
  expect(payer.close).toHaveBeenCalled();
  expect(toasts.get().at(-1)).toMatchObject({ title: "Could not play a payment", text: "The disk is full." });
});
