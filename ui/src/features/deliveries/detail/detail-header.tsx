// The header of the delivery pane: title, sentence and facts.

import { TriangleAlert, X } from "lucide-react";
import { VerdictGlyph } from "../../../entities/delivery/verdict-glyph";
import type { DeliveryDetail } from "../../../lib/api";
import { formatCount, formatDay, formatMicros } from "../../../lib/format";
import { Callout } from "../../../ui/callout";
import { Fact } from "../../../ui/fact";
import { IconButton } from "../../../ui/icon-button";
import { Time } from "../../../ui/time";
import { sentence } from "./sentence";

const words = { verified: "Verified", unsigned: "Unsigned", rejected: "Rejected" };

const isToday = (at: string) => formatDay(new Date(at)) === formatDay(new Date());

interface DetailHeaderProps {
  delivery: DeliveryDetail;
  endpointName: string;
  onClose: () => void;
}

/** The title of the delivery, one sentence about what happened, and its facts. */
export function DetailHeader({ delivery, endpointName, onClose }: DetailHeaderProps) {
  const { verdict, secret, duplicate_of, type, method, path, seq, took_us, received_at } = delivery;
  const damaged = delivery.integrity === "damaged";
  return (
    <header className="shrink-0 px-4 pt-3 pb-3">
      <div className="flex items-start gap-2">
        <h2 className="min-w-0 flex-1 py-1 font-mono text-l leading-[1.3] font-[550] tracking-[-.01em] break-words">
          {type || `${method} ${path || "/"}`}
        </h2>
        <IconButton label="Close" keys="escape" icon={<X size={15} />} onClick={onClose} className="-mr-1.5" />
      </div>
      <p className="mt-1 mb-2.5 text-pretty break-words text-text-2">
        {sentence(delivery, endpointName).map(({ text, strong }) =>
          strong ? (
            <b key={text} className="font-semibold">
              {text}
            </b>
          ) : (
            text
          ),
        )}
      </p>
      <div className="flex flex-wrap gap-1.5">
        {damaged ? (
          <Fact>
            <TriangleAlert size={12} className="text-bad" aria-hidden />
            <b className="font-[550] text-text">Damaged</b>
          </Fact>
        ) : (
          <Fact>
            <VerdictGlyph verdict={verdict} duplicate={!!duplicate_of} silent />
            <b className="font-[550] text-text">{words[verdict]}</b>
            {secret && <span className="truncate">secret “{secret}”</span>}
          </Fact>
        )}
        <Fact>#{formatCount(seq)}</Fact>
        <Fact>
          <Time at={received_at} form={isToday(received_at) ? "clock" : "moment"} />
        </Fact>
        {delivery.mode === "test" && <Fact>test</Fact>}
        {delivery.account && (
          <Fact>
            <span className="truncate">{delivery.account}</span>
          </Fact>
        )}
        {delivery.occurred_at && (
          <Fact>
            happened <Time at={delivery.occurred_at} form={isToday(delivery.occurred_at) ? "clock" : "moment"} />
          </Fact>
        )}
        <Fact>
          arrived in <b className="font-[550] text-text">{formatMicros(took_us)}</b>
        </Fact>
      </div>
      {damaged && (
        <div className="mt-3">
          <Callout alert tone="bad" title="This record was changed on disk after it was stored">
            It is not shown as genuine. Its body is hidden.
          </Callout>
        </div>
      )}
    </header>
  );
}
