// The tab of a status with what its customer sees.

import { useEndpoints } from "../../entities/endpoint/queries";
import type { Impression, StatusDetail } from "../../entities/status/status";
import { capital, stateWord } from "../../entities/status/status-labels";
import { Time } from "../../ui/time";
import { PagePreview } from "./page-preview";
import { StatusLink } from "./status-link";

/** What the customer sees, when a page first displayed it, and the link to that page. */
export function CustomerView({ status }: { status: StatusDetail }) {
  const rules = useEndpoints().data?.find(({ id }) => id === status.endpoint)?.statuses;
  const unseen = status.unverified === true && !rules?.unsigned;
  return (
    <div className="min-h-0 flex-1 space-y-4 overflow-y-auto p-4">
      {unseen && (
        <p className="text-pretty text-wait">
          Nothing was checked of the deliveries that tell of it, so customers are told that it is waited for.
        </p>
      )}
      <PagePreview status={status} rules={rules} unseen={unseen} />
      <StatusLink status={status} />
      <Impressions status={status} />
    </div>
  );
}

const channels: Record<Impression["by"], string> = {
  socket: "by its live connection",
  poll: "by polling",
  page: "with the page itself",
};

/** When a status page first displayed each state. */
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
                    "no page showed it"
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
