// The tab of a status with what its customer sees. It answers three questions of somebody who talks to a customer: what
// does their page say now, which link leads to it, and did they open it?

import { useId, useState } from "react";
import { Link } from "wouter";
import { useEndpoints } from "../../entities/endpoint/queries";
import type { Impression, StatusDetail } from "../../entities/status/status";
import { capital, stateWord } from "../../entities/status/status-labels";
import type { StatusRules } from "../../entities/status/status-rules";
import { ErrorNote } from "../../ui/error-note";
import { Select } from "../../ui/select";
import { Skeleton } from "../../ui/skeleton";
import { Time } from "../../ui/time";
import { formKey, type LinkForm, linkForms } from "./link-forms";
import { PagePreview } from "./page-preview";
import { languages } from "./public-answer";
import { StatusLink } from "./status-link";
import { usePayerPage, usePublicAnswer } from "./use-public-answer";

/**
 * What the holder of each link sees, the link itself, and when a page first displayed each state. Every word that a
 * customer reads is the server's, in the language that is chosen here.
 */
export function CustomerView({ status }: { status: StatusDetail }) {
  const rules = useEndpoints().data?.find(({ id }) => id === status.endpoint)?.statuses;
  const forms = linkForms(status);
  const [chosen, setChosen] = useState<string>();
  const [language, setLanguage] = useState("en");
  // A form may be gone after an update, such as the account that only one payment had. The first one stands in for it.
  const form = forms.find((one) => formKey(one) === chosen) ?? forms[0];
  if (!form) return null;
  return (
    <div className="@container min-h-0 flex-1 space-y-4 overflow-y-auto p-4">
      {status.unverified === true && !rules?.unsigned && (
        <p className="text-pretty text-wait">
          Its deliveries were not verified, so customers still see the page of a payment that has not arrived.
        </p>
      )}
      <div className="grid gap-4 @md:grid-cols-[minmax(0,280px)_minmax(0,1fr)]">
        <div className="space-y-2">
          <Page status={status} form={form} language={language} look={rules?.page} />
          <Language value={language} onValue={setLanguage} />
          {rules && !rules.page.name && <NamelessShop endpoint={status.endpoint} />}
        </div>
        <div className="space-y-4">
          <Forms status={status} forms={forms} chosen={formKey(form)} language={language} onChoose={setChosen} />
          <StatusLink key={formKey(form)} status={status} form={form} />
        </div>
      </div>
      <Impressions status={status} />
    </div>
  );
}

interface PageProps {
  status: StatusDetail;
  form: LinkForm;
  language: string;
  /** The settings of the endpoint's pages: when they change, so does the page. */
  look: StatusRules["page"] | undefined;
}

/** The page that a link of the chosen form leads to. */
function Page({ status, form, language, look }: PageProps) {
  const { data, error, refetch } = usePayerPage(status, form, language, look);
  if (error && !data) {
    return <ErrorNote title="Could not show what this link shows" error={error} onRetry={() => void refetch()} />;
  }
  if (!data) return <Skeleton what="the customer's page" rows={6} />;
  return <PagePreview page={data} language={language} />;
}

/** The language of the preview. Customers get the one that their browser asks for. */
function Language({ value, onValue }: { value: string; onValue: (value: string) => void }) {
  const id = useId();
  return (
    <label htmlFor={id} className="flex items-center justify-center gap-1.5 text-s text-text-2">
      Language
      <Select id={id} choices={languages} value={value} onChange={(change) => onValue(change.target.value)} />
    </label>
  );
}

/** Customers do not see whose page it is. Only the operator is told. */
function NamelessShop({ endpoint }: { endpoint: string }) {
  return (
    <p className="text-center text-s text-pretty text-text-3">
      The page does not name your shop.{" "}
      <Link href={`/endpoints/${endpoint}?open=page`} className="text-beam underline underline-offset-2">
        Add its name and colour
      </Link>
    </p>
  );
}

interface FormsProps {
  status: StatusDetail;
  forms: readonly LinkForm[];
  chosen: string;
  language: string;
  onChoose: (key: string) => void;
}

/** Every name that a link can have, with the title of the page that it leads to: they differ. */
function Forms({ status, forms, chosen, language, onChoose }: FormsProps) {
  const heading = useId();
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading} className="mb-1.5 text-s font-[550] text-text-2">
        The link names
      </h3>
      <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
        {forms.map((form) => (
          <li key={formKey(form)}>
            <button
              type="button"
              aria-pressed={formKey(form) === chosen}
              onClick={() => onChoose(formKey(form))}
              className={
                "block w-full cursor-pointer px-3 py-2 text-left -outline-offset-2 hover:bg-hover " +
                "aria-pressed:bg-selected aria-pressed:shadow-[inset_2px_0_var(--beam)]"
              }
            >
              <span className="block">{form.label}</span>
              <span className="block font-mono text-s break-all">{form.subject}</span>
              <FormTitle status={status} form={form} language={language} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The heading of the page that a link of this form leads to. */
function FormTitle({ status, form, language }: Omit<PageProps, "look">) {
  const { data, error } = usePublicAnswer(status, form, language);
  return (
    <span lang={language} className="block text-s text-pretty text-text-2">
      {data?.title ?? (error ? "Could not be loaded" : "…")}
    </span>
  );
}

/** How a state reached the page. */
const channels: Record<Impression["by"], string> = {
  socket: "over the live connection",
  poll: "by polling",
  page: "when the page was opened",
};

/**
 * When a status page first displayed each state. States that nobody saw are listed as well: that a customer did not see
 * “failed” explains why they did not try again.
 */
function Impressions({ status: { steps, impressions } }: { status: StatusDetail }) {
  const states = [...new Set([...impressions.map(({ state }) => state), ...steps.map(({ state }) => state)])];
  return (
    <section>
      <h3 className="font-semibold">Seen on a status page</h3>
      {impressions.length === 0 ? (
        <p className="mt-1 text-text-2">Not opened yet.</p>
      ) : (
        <dl className="mt-1 divide-y divide-line rounded-lg border border-line bg-surface">
          {states.map((state) => {
            const impression = impressions.find((one) => one.state === state);
            return (
              <div key={state} className="grid grid-cols-[132px_1fr] gap-3 px-3 py-1.5">
                <dt>{capital(stateWord(state))}</dt>
                <dd className={impression ? "text-text-2" : "text-text-3"}>
                  {impression ? (
                    <>
                      <Time at={impression.at} form="recent" />, {channels[impression.by] ?? impression.by}
                    </>
                  ) : (
                    "not shown"
                  )}
                </dd>
              </div>
            );
          })}
        </dl>
      )}
    </section>
  );
}
