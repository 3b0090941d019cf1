// The endpoints screen: list and pane.

import { Plus } from "lucide-react";
import { useLocation } from "wouter";
import { useEndpoints } from "../../entities/endpoint/queries";
import { useKeys } from "../../lib/keys";
import { ButtonLink } from "../../ui/button-link";
import { Empty } from "../../ui/empty";
import { ErrorNote } from "../../ui/error-note";
import { PageHeader } from "../../ui/page-header";
import { Skeleton } from "../../ui/skeleton";
import { EndpointPane } from "./endpoint-pane";
import { EndpointRow } from "./endpoint-row";

interface EndpointsPageProps {
  /** The endpoint that is open, `new` while one is made. */
  selected: string | undefined;
}

/** All endpoints, and the selected one beside them. */
export function EndpointsPage({ selected }: EndpointsPageProps) {
  const [, go] = useLocation();
  const close = () => go("/endpoints");
  useKeys({ n: { label: "New endpoint", run: () => go("/endpoints/new") } });
  useKeys({ escape: { label: "Close", run: close } }, { when: selected !== undefined });

  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col">
      <PageHeader title="Endpoints">
        <ButtonLink href="/endpoints/new" variant="primary" className="ml-auto">
          <Plus size={13} aria-hidden /> New endpoint
        </ButtonLink>
      </PageHeader>
      <div className="flex min-h-0 flex-1">
        <div className="min-w-0 flex-1 overflow-y-auto bg-surface">
          <EndpointList selected={selected} />
        </div>
        {selected && <EndpointPane key={selected} id={selected} onClose={close} />}
      </div>
    </div>
  );
}

function EndpointList({ selected }: EndpointsPageProps) {
  const endpoints = useEndpoints();
  if (endpoints.isPending) return <Skeleton what="endpoints" />;
  if (!endpoints.data) {
    return (
      <ErrorNote
        title="Could not load the endpoints"
        error={endpoints.error}
        onRetry={() => void endpoints.refetch()}
      />
    );
  }
  if (endpoints.data.length === 0) {
    return (
      <Empty
        title="No endpoints"
        text="An endpoint is an address that you give to a sender. Make one to receive webhooks."
      >
        <ButtonLink href="/endpoints/new">New endpoint</ButtonLink>
      </Empty>
    );
  }
  return (
    <ul>
      {endpoints.data.map((endpoint) => (
        <EndpointRow key={endpoint.id} endpoint={endpoint} selected={endpoint.id === selected} />
      ))}
    </ul>
  );
}
