// Describes a delivery in one sentence, for the header of its pane.

import type { Delivery, DeliveryDetail } from "../../../lib/api";
import { formatBytes, formatCount } from "../../../lib/format";
import { bodyWord } from "./body-kind";
import { reasonOf } from "./reasons";

/** A part of a sentence; `strong` ones are names, shown in bold. */
export interface Words {
  text: string;
  strong?: boolean;
}

/** Describes what happened, and claims nothing that the delivery does not prove. */
export function sentence(delivery: Delivery & Pick<DeliveryDetail, "integrity">, endpointName: string): Words[] {
  if (delivery.integrity === "damaged") return [...arrival(delivery, endpointName), { text: "." }];
  return [...arrival(delivery, endpointName), ...judgement(delivery), ...repeat(delivery)];
}

function arrival({ method, size, content_type }: Delivery, endpointName: string): Words[] {
  const load = size === 0 ? "without a body" : `with ${formatBytes(size)} of ${bodyWord(content_type)}`;
  return [{ text: `A ${method} ${load} came to ` }, { text: endpointName, strong: true }];
}

function judgement({ verdict, secret, reason }: Delivery): Words[] {
  switch (verdict) {
    case "verified":
      if (!secret) return [{ text: ". It is genuine: its check passed." }];
      return [
        { text: ". It is genuine: it matches the secret " },
        { text: `“${secret}”`, strong: true },
        { text: "." },
      ];
    case "unsigned":
      return [{ text: ". Nothing was checked, so nothing proves who sent it." }];
    case "rejected":
      return [{ text: " and was rejected: " }, { text: `${reasonOf(reason).because}.` }];
  }
}

function repeat({ duplicate_of, event, release_of }: Delivery): Words[] {
  if (release_of) return [{ text: ` It was rejected first, as #${formatCount(release_of)}, and released.` }];
  if (!duplicate_of) return [];
  return [
    { text: " It repeats event " },
    { text: event ?? "", strong: true },
    { text: `, which came first as #${formatCount(duplicate_of)}.` },
  ];
}
