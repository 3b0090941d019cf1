// The content of the delivery pane: header, tabs and actions.

import { Link2, SquareTerminal } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useEndpoints } from "../../../entities/endpoint/queries";
import { kindWords } from "../../../entities/status/status-labels";
import type { DeliveryDetail } from "../../../lib/api";
import { useKeys } from "../../../lib/keys";
import { Button } from "../../../ui/button";
import { Kbd } from "../../../ui/kbd";
import { type Tab, Tabs } from "../../../ui/tabs";
import type { BodyView } from "./body-model";
import { BodyTab } from "./body-tab";
import { DetailHeader } from "./detail-header";
import type { DetailTab } from "./detail-tab";
import { EffectTab } from "./effect-tab";
import { HeadersTab } from "./headers-tab";
import { SubjectTab } from "./subject-tab";
import { useDetailActions } from "./use-detail-actions";
import { VerdictTab } from "./verdict-tab";

interface DetailContentProps {
  delivery: DeliveryDetail;
  tab: DetailTab;
  onTab: (tab: DetailTab) => void;
  onClose: () => void;
}

/** Header, tabs and actions of a delivery that is loaded. */
export function DetailContent({ delivery, tab, onTab, onClose }: DetailContentProps) {
  const endpoints = useEndpoints();
  const endpoint = endpoints.data?.find((e) => e.id === delivery.endpoint);
  const endpointName = endpoint?.name ?? (endpoints.data ? "a deleted endpoint" : "an endpoint");
  const { copyCurl, copyLink } = useDetailActions(delivery, endpoint);
  const { effects } = delivery;
  const withSubject = effects.filter(({ effect }) => effect !== "too_much"); // which names no subject
  const statuses = [...new Set(withSubject.map(({ status }) => status))];
  const [view, setView] = useState<BodyView>();
  useKeys(
    {
      c: { label: "Copy as curl", run: () => void copyCurl() },
      y: { label: "Copy link", run: () => void copyLink() },
    },
    { group: "Delivery" },
  );

  const panels: Record<DetailTab, () => ReactNode> = {
    body: () => <BodyTab delivery={delivery} chosen={view} onChoose={setView} />,
    headers: () => <HeadersTab delivery={delivery} />,
    verdict: () => <VerdictTab delivery={delivery} endpoint={endpoint} />,
    effect: () => <EffectTab delivery={delivery} effects={effects} />,
    subject: () => <SubjectTab delivery={delivery} statuses={statuses} />,
  };
  const kind = withSubject[0] && kindWords(withSubject[0].kind).one;
  const tabs: Tab<DetailTab>[] = [
    { value: "body", label: "Body" },
    { value: "headers", label: "Headers", count: delivery.headers.length },
    { value: "verdict", label: "Verdict" },
    { value: "effect", label: "Effect", count: effects.length > 1 ? effects.length : undefined },
  ];
  if (kind) tabs.push({ value: "subject", label: `Same ${kind}` });
  const shown = tabs.some(({ value }) => value === tab) ? tab : "effect";

  return (
    <>
      <DetailHeader delivery={delivery} endpointName={endpointName} onClose={onClose} />
      <Tabs label="Parts of the delivery" tabs={tabs} value={shown} onValue={onTab}>
        {panels[shown]()}
      </Tabs>
      <footer
        className={
          "flex h-10 shrink-0 items-center gap-1 border-t border-line px-2 " +
          "max-md:h-[calc(56px+env(safe-area-inset-bottom))] max-md:pb-[env(safe-area-inset-bottom)]"
        }
      >
        <Button variant="quiet" onClick={() => void copyCurl()} className="px-2 font-normal">
          <Kbd keys="c" /> <SquareTerminal size={14} className="hidden pointer-coarse:block" aria-hidden /> copy as curl
        </Button>
        <Button variant="quiet" onClick={() => void copyLink()} className="px-2 font-normal">
          <Kbd keys="y" /> <Link2 size={14} className="hidden pointer-coarse:block" aria-hidden /> copy link
        </Button>
      </footer>
    </>
  );
}
