// Plays the life of a payment: sends its events one after another, while the page of its payer is open.

import { api, type Endpoint, unwrap } from "../../lib/api";
import { toast } from "../../ui/toast";

/** Time between two events: long enough to read a row, short enough to stay. */
const paceMs = 1200;

/**
 * Plays the flow "paid" at an endpoint whose provider reports payments, and shows the payer's page in the given window,
 * which the caller has opened: browsers block one that opens later. The endpoint needs a secret, because a page shows
 * nothing of events that nobody verified; if there is none, an endpoint for Stripe is made. The screen that called it
 * may have gone before it ends.
 */
export async function playPayment(page: Window | null, endpoints: readonly Endpoint[], pauseMs = paceMs) {
  try {
    const endpoint = (await payingEndpoint(endpoints)) ?? (await newEndpoint());
    const run = crypto.randomUUID();
    const { steps = 1, subject = "" } = await playStep(endpoint.id, run, 0);
    const { url } = unwrap(
      await api.POST("/status-links", { body: { endpoint: endpoint.id, subject, mode: "test", expires_in: "1h" } }),
    );
    if (page) {
      page.opener = null;
      page.location.replace(url);
    }
    for (let step = 1; step < steps; step++) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await playStep(endpoint.id, run, step);
    }
    toast({
      title: `Played a payment through ${endpoint.name}`,
      text: "Its payer’s page says that it is paid. No money moved.",
      action: { label: "Open the payer’s page", onAct: () => window.open(url, "_blank", "noopener") },
    });
  } catch (error) {
    page?.close();
    toast({ title: "Could not play a payment", text: (error as Error).message, tone: "bad" });
  }
}

/** The first endpoint that verifies deliveries of a provider that reports payments. */
async function payingEndpoint(endpoints: readonly Endpoint[]): Promise<Endpoint | undefined> {
  const { providers } = unwrap(await api.GET("/providers"));
  const paying = new Set(providers.filter(({ flows }) => flows.length > 0).map(({ id }) => id));
  return endpoints.find(({ provider, secrets }) => paying.has(provider) && secrets.length > 0);
}

/** Makes an endpoint for Stripe, with a secret that nobody else knows: only samples can be signed with it. */
async function newEndpoint(): Promise<Endpoint> {
  const secret = [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => byte.toString(16).padStart(2, "0"));
  return unwrap(
    await api.POST("/endpoints", {
      body: {
        name: "stripe-test",
        provider: "stripe",
        secrets: [{ label: "test", value: `whsec_${secret.join("")}` }],
      },
    }),
  );
}

async function playStep(id: string, run: string, step: number) {
  return unwrap(
    await api.POST("/endpoints/{id}/sample", { params: { path: { id } }, body: { flow: "paid", run, step } }),
  );
}
