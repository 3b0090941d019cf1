// The rows of the deliveries list, in the shared live list.

import { useEndpointNames } from "../../entities/endpoint/queries";
import { LiveList } from "../../ui/live-list/live-list";
import { DeliveryRow } from "./delivery-row";
import type { DeliveryStore } from "./delivery-store";

interface DeliveryListProps {
  store: DeliveryStore;
  /** Pixels; the same for as long as the list stands. */
  rowHeight: number;
  selected: string | undefined;
  onOpen: (id: string) => void;
  onCopyLink: (id: string) => void;
}

const words = { label: "Deliveries", one: "delivery", many: "deliveries" };

/** The deliveries, newest first. */
export function DeliveryList({ store, ...rest }: DeliveryListProps) {
  const nameOf = useEndpointNames();
  return (
    <LiveList source={store} words={words} {...rest}>
      {(delivery, place) => (
        <DeliveryRow key={delivery.id} delivery={delivery} endpoint={nameOf(delivery.endpoint)} {...place} />
      )}
    </LiveList>
  );
}
