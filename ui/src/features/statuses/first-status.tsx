// The statuses screen before the first status.

import { Link } from "wouter";
import { useEndpoints, useSendSample } from "../../entities/endpoint/queries";
import { useProviders } from "../../entities/provider/queries";
import type { Endpoint } from "../../lib/api";
import { Button } from "../../ui/button";
import { ButtonLink } from "../../ui/button-link";
import { toast } from "../../ui/toast";

const link = "text-beam underline underline-offset-2";

/**
 * Replaces the list until there is a status: where statuses come from, and a button that sends an example. The list
 * takes its place as soon as the first status arrives, from real events or the example.
 */
export function FirstStatus() {
  const endpoints = useEndpoints();
  const providers = useProviders();
  const payers = new Map(providers.data?.filter((p) => p.category === "payments").map((p) => [p.id, p]));
  const endpoint = endpoints.data?.find((e) => payers.has(e.provider));
  return (
    <div className="grid min-h-0 flex-1 place-items-center overflow-y-auto px-4 py-8">
      <div className="w-full max-w-[600px]">
        <h2 className="mb-1.5 text-xl leading-[1.3] font-[650] tracking-[-.015em]">No payment, order or run yet</h2>
        <p className="text-[14px] text-pretty text-text-2">
          Hookbeam reads the state of payments, orders, runs and deployments from verified webhooks. The first one
          appears here as soon as its event arrives.
        </p>
        <ol className="mt-5 list-decimal space-y-3 pl-5 text-[14px] marker:text-text-3">
          <li className="pl-1 text-pretty">
            {endpoint ? <SampleStep endpoint={endpoint} /> : <SetUpStep known={payers.size > 0} />}
          </li>
          <li className="pl-1 text-pretty">
            Open it. Each step of its timeline names the delivery that caused it, and why other events changed nothing.
          </li>
          <li className="pl-1 text-pretty">
            Copy its status link for the customer: a page that needs no account and updates by itself.
          </li>
        </ol>
        <p className="mt-6 text-s text-pretty text-text-3">
          No built-in rules for your provider?{" "}
          <Link href="/endpoints" className={link}>
            Open its endpoint
          </Link>{" "}
          and set under “Your own statuses” where the body has the name and the state.
        </p>
      </div>
    </div>
  );
}

/** The first step if a payment provider has an endpoint: one event is enough to see a status. */
function SampleStep({ endpoint: { id, name } }: { endpoint: Endpoint }) {
  const sample = useSendSample();
  const send = () =>
    sample.mutate(
      { id },
      {
        onSuccess: ({ seq }) => toast({ title: `Sent a sample payment to ${name}`, text: `Stored as #${seq}.` }),
        onError: (error) => toast({ title: "Could not send a sample", text: error.message, tone: "bad" }),
      },
    );
  return (
    <>
      Send a sample payment to{" "}
      <Link href={`/endpoints/${id}`} className={link}>
        {name}
      </Link>
      , signed as its provider signs.
      <span className="mt-2 block">
        <Button variant="primary" onClick={send} disabled={sample.isPending}>
          Send a sample payment
        </Button>
      </span>
    </>
  );
}

/** The first step without such an endpoint. `known` says whether the list of providers could be loaded. */
function SetUpStep({ known }: { known: boolean }) {
  return (
    <>
      Create an endpoint for your provider. {known ? "Stripe, PayPal, Razorpay and other" : "All"} payment providers,
      GitHub, GitLab and Shopify need no further setup.
      <span className="mt-2 block">
        <ButtonLink href="/endpoints/new" variant="primary">
          New endpoint
        </ButtonLink>
      </span>
    </>
  );
}
