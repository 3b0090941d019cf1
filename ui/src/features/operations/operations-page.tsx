// The operations screen.

import { useQuery } from "@tanstack/react-query";
import { useEndpoints } from "../../entities/endpoint/queries";
import { ErrorNote } from "../../ui/error-note";
import { PageHeader } from "../../ui/page-header";
import { Segmented } from "../../ui/segmented";
import { Select } from "../../ui/select";
import { Skeleton } from "../../ui/skeleton";
import { Time } from "../../ui/time";
import { CommitChart, Lag, ReceivedChart } from "./charts";
import { Figures } from "./figures";
import { type Operations, operationsQuery, ranges, useOperationsUrl } from "./operations";
import { Disk, Endpoints, Reasons, TurnedAway } from "./tables";

/** Rates, latencies, lag and disk, and what was rejected and turned away: is the server healthy? */
export function OperationsPage() {
  const { range, setRange, endpoint, setEndpoint } = useOperationsUrl();
  const endpoints = useEndpoints().data ?? [];
  const operations = useQuery(operationsQuery(range, endpoint));
  const choices = [
    { value: "", label: "All endpoints" },
    ...endpoints.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col">
      <PageHeader title="Operations">
        <span className="ml-auto flex min-w-0 items-center gap-2">
          <Select
            aria-label="Endpoint"
            choices={choices}
            value={endpoint}
            onChange={(event) => setEndpoint(event.target.value)}
            className="min-w-0 max-w-44"
          />
          <Segmented label="Time" choices={ranges} value={range} onValue={setRange} />
        </span>
      </PageHeader>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
      <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto bg-bg -outline-offset-2">
        {operations.data ? (
          <Parts data={operations.data} endpoint={endpoint} stale={operations.isError} />
        ) : operations.isPending ? (
          <Skeleton what="operations" />
        ) : (
          <ErrorNote
            title="Could not load the operations"
            error={operations.error}
            onRetry={() => void operations.refetch()}
          />
        )}
      </div>
    </div>
  );
}

interface PartsProps {
  data: Operations;
  endpoint: string;
  /** The newest figures could not be loaded. */
  stale: boolean;
}

function Parts({ data, endpoint, stale }: PartsProps) {
  return (
    <div className="grid grid-cols-12 gap-4 p-4 max-md:gap-3 max-md:p-3">
      {stale && (
        <p role="alert" className="col-span-full rounded-lg border border-line bg-bad-soft px-3 py-2">
          Could not load the newest figures. These are older.
        </p>
      )}
      <Figures data={data} />
      <ReceivedChart data={data} />
      <CommitChart data={data} />
      <Lag data={data} />
      <Reasons data={data} endpoint={endpoint} />
      <Endpoints data={data} />
      <Disk data={data} />
      <TurnedAway data={data} />
      <p className="col-span-full text-s text-pretty text-text-3">
        These figures are kept in memory and begin with the server’s start, <Time at={data.since} form="minute" />. For
        a longer history, let Prometheus scrape <code className="font-mono">/metrics</code>.
      </p>
    </div>
  );
}
