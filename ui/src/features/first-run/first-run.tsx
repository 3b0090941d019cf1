// The screen before the first delivery.

import { lazy, Suspense } from "react";
import { Link } from "wouter";
import { useEndpoints, useSendSample } from "../../entities/endpoint/queries";
import { Button } from "../../ui/button";
import { ButtonLink } from "../../ui/button-link";
import { CopyLine } from "../../ui/copy-line";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { toast } from "../../ui/toast";

const facts = "grid grid-cols-[92px_minmax(0,1fr)] items-center gap-x-4 gap-y-2.5 max-md:grid-cols-1 max-md:gap-y-1";

const screen =
  "grid min-h-full flex-1 content-start justify-items-center overflow-y-auto px-4 pt-[22vh] pb-8 max-md:pt-8";

const Unconfirmed = lazy(async () => ({ default: (await import("../../entities/endpoint/unconfirmed")).Unconfirmed }));

/** Replaces the list until something has arrived: the URL of the endpoint, and three ways to try it. */
export function FirstRun() {
  const endpoints = useEndpoints();
  const sample = useSendSample();
  if (endpoints.isPending) return <Skeleton what="your address" />;
  if (!endpoints.data) {
    return (
      <ErrorNote title="Could not load your address" error={endpoints.error} onRetry={() => void endpoints.refetch()} />
    );
  }
  const endpoint = endpoints.data.find((e) => e.name === "first") ?? endpoints.data[0];
  if (!endpoint) return <NoEndpoint />;

  const playPayment = () => {
    const page = window.open("", "_blank"); // browsers block a window that opens later than the click
    void import("./play-payment").then((play) => play.playPayment(page, endpoints.data));
  };
  const { id, name, url, secrets } = endpoint;
  const secret = secrets.length > 0 ? ` -H 'X-Webhook-Secret: …'` : "";
  const sendSample = () =>
    sample.mutate(
      { id },
      {
        onError: (error) => toast({ title: "Could not send a sample", text: error.message, tone: "bad" }),
      },
    );

  return (
    // From the top, not centred: what comes late, below, must not move a button away from under the pointer.
    <div className={screen}>
      <div className="w-full max-w-[640px] min-w-0">
        <Waiting
          title="Waiting for your first webhook"
          text="This page becomes your inspector the moment something arrives."
        />
        <dl className={facts}>
          <dt className="text-[14px] text-text-2">Address</dt>
          <dd className="max-md:mb-3">
            <CopyLine text={url} what="address" />
          </dd>
          <dt className="text-[14px] text-text-2">Try it</dt>
          <dd className="max-md:mb-3">
            <CopyLine text={`curl -d '{"hello":"world"}'${secret} ${url}`} what="curl line">
              <Button variant="primary" onClick={sendSample} disabled={sample.isPending}>
                Send a sample
              </Button>
            </CopyLine>
          </dd>
          <dt className="text-[14px] text-text-2">A payment</dt>
          <dd className="flex flex-wrap items-center gap-3">
            <Button onClick={playPayment}>Play a payment</Button>
            <span className="text-s text-text-3">Its payer’s page opens in a new tab. No money moves.</span>
          </dd>
        </dl>
        {endpoint.confirmed !== undefined && (
          <Suspense>
            <div className="mt-5 empty:hidden">
              <Unconfirmed endpoint={endpoint} />
            </div>
          </Suspense>
        )}
        <p className="mt-6 text-s text-text-3">
          This is the endpoint{" "}
          <Link href={`/endpoints/${id}`} className="text-beam underline underline-offset-2">
            {name}
          </Link>
          . Give it a secret to know who sends, or{" "}
          <Link href="/endpoints/new" className="text-beam underline underline-offset-2">
            make another
          </Link>
          .
        </p>
      </div>
    </div>
  );
}

function NoEndpoint() {
  return (
    <div className="grid min-h-full flex-1 place-items-center px-4">
      <div>
        <Waiting title="No address yet" text="Make an endpoint, and give its address to whoever sends you webhooks." />
        <ButtonLink href="/endpoints/new" variant="primary" className="ml-6">
          New endpoint
        </ButtonLink>
      </div>
    </div>
  );
}

function Waiting({ title, text }: { title: string; text: string }) {
  return (
    <div className="mb-6">
      <h2 className="mb-1.5 flex items-center gap-3 text-xl leading-[1.3] font-[650] tracking-[-.015em]">
        <span aria-hidden className="size-3 shrink-0 rounded-full bg-beam shadow-[0_0_0_5px_var(--beam-soft)]" />
        {title}
      </h2>
      <p className="ml-6 text-[14px] text-pretty text-text-2">{text}</p>
    </div>
  );
}
