// The pane of one delivery. It loads the delivery; its content is a code chunk of its own.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { deliveryQuery } from "../../entities/delivery/queries";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { SidePane } from "../../ui/side-pane";
import { Skeleton } from "../../ui/skeleton";
import type { DetailTab } from "./detail/detail-tab";

const DetailContent = lazy(async () => ({ default: (await import("./detail/detail-content")).DetailContent }));

interface DeliveryDetailProps {
  id: string;
  tab: DetailTab;
  onTab: (tab: DetailTab) => void;
  onClose: () => void;
}

/** One delivery, beside the list or, on a phone, over it. The page handles Escape. */
export function DeliveryDetail({ id, tab, onTab, onClose }: DeliveryDetailProps) {
  // The one before stays until the next is there, so that moving down the list does not flicker.
  const delivery = useQuery({ ...deliveryQuery(id), placeholderData: keepPreviousData });
  return (
    <SidePane label="Delivery" name="detail">
      {delivery.isPending && <Skeleton what="the delivery" />}
      {delivery.isError && (
        <>
          <ErrorNote
            title="Could not show this delivery"
            error={delivery.error}
            onRetry={() => void delivery.refetch()}
          />
          <Button variant="quiet" className="ml-4 self-start" onClick={onClose}>
            Back to the list
          </Button>
        </>
      )}
      {delivery.data && (
        <Suspense fallback={<Skeleton what="the delivery" />}>
          <div
            aria-busy={delivery.isPlaceholderData}
            className="flex min-h-0 flex-1 flex-col transition-opacity delay-300 aria-busy:opacity-50"
          >
            <DetailContent delivery={delivery.data} tab={tab} onTab={onTab} onClose={onClose} />
          </div>
        </Suspense>
      )}
    </SidePane>
  );
}
