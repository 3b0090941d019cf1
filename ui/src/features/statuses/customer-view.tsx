import { useEndpoints } from "../../entities/endpoint/queries";
import type { Impression, StatusDetail } from "../../entities/status/status";
import { capital, stateWord } from "../../entities/status/status-labels";
import { Time } from "../../ui/time";
import { PagePreview } from "./page-preview";
import { StatusLink } from "./status-link";

/** What the customer sees, when a page first showed it to them, and the link that leads there. */
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
      <Seen status={status} />
    </div>
  );
}

const ways: Record<Impression["by"], string> = {
  socket: "by its live connection",
  poll: "by polling",
  page: "with the page itself",
};

/** When a page first showed each state to somebody. */
function Seen({ status: { steps, impressions } }: { status: StatusDetail }) {
  const states = [...new Set([...impressions.map(({ state }) => state), ...steps.map(({ state }) => state)])];
  return (
    <section>
      <h3 className="font-semibold">Seen on a status page</h3>
      {impressions.length === 0 ? (
        <p className="mt-1 text-text-2">Not opened yet.</p>
      ) : (
        <dl className="mt-1 divide-y divide-line rounded-lg border border-line bg-surface">
          {states.map((state) => {
            const seen = impressions.find((one) => one.state === state);
            return (
              <div key={state} className="grid grid-cols-[132px_1fr] gap-3 px-3 py-1.5">
                <dt>{capital(stateWord(state))}</dt>
                <dd className={seen ? "text-text-2" : "text-text-3"}>
                  {seen ? (
                    <>
                      <Time at={seen.at} form="recent" />, {ways[seen.by] ?? seen.by}
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
