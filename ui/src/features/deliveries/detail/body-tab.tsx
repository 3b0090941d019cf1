// The tab with the body of a delivery, and the choice of its view.

import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { lazy, Suspense, useCallback, useMemo, useRef } from "react";
import type { DeliveryDetail } from "../../../lib/api";
import { formatCount } from "../../../lib/format";
import { useKeys } from "../../../lib/keys";
import { Empty } from "../../../ui/empty";
import { ErrorNote } from "../../../ui/error-note";
import { Kbd } from "../../../ui/kbd";
import { Segmented } from "../../../ui/segmented";
import { Skeleton } from "../../../ui/skeleton";
import { mediaType } from "./body-kind";
import { type BodyModel, type BodyView, bodyModel, declaredType } from "./body-model";
import { FormTable } from "./form-table";
import { ImageView } from "./image-view";
import { bodyQuery } from "./queries";
import { type Body, bodyUrl } from "./read-body";

const CodeView = lazy(async () => ({ default: (await import("./code-view")).CodeView }));

const labels: Record<BodyView, string> = { pretty: "Pretty", fields: "Fields", image: "Image", raw: "Raw", hex: "Hex" };

interface BodyTabProps {
  delivery: DeliveryDetail;
  /** The view that was chosen last; kept while one moves from delivery to delivery. */
  chosen: BodyView | undefined;
  onChoose: (view: BodyView) => void;
}

/** The body: formatted, as fields, as an image, raw, or as a hexadecimal dump. */
export function BodyTab({ delivery, chosen, onChoose }: BodyTabProps) {
  const { id, content_type = "", headers, size, integrity } = delivery;
  const damaged = integrity === "damaged";
  const encoding = headers.find((h) => h.name.toLowerCase() === "content-encoding")?.value ?? "";
  const body = useQuery({ ...bodyQuery(id, content_type, encoding), enabled: size > 0 && !damaged });

  if (damaged) return <Empty title="Body not shown" text="It may not be what the sender sent." />;
  if (size === 0) return <Empty title="No body" text="This request was sent without one." />;
  if (body.isPending) return <Skeleton what="the body" />;
  if (!body.data) {
    return <ErrorNote title="Could not load the body" error={body.error} onRetry={() => void body.refetch()} />;
  }
  return <LoadedBody delivery={delivery} body={body.data} chosen={chosen} onChoose={onChoose} />;
}

function LoadedBody({ delivery, body, chosen, onChoose }: BodyTabProps & { body: Body }) {
  const { id, content_type, size } = delivery;
  const model = useMemo(() => bodyModel(body, content_type, size), [body, content_type, size]);
  const find = useRef<() => void>(undefined);
  const onReady = useCallback((open: () => void) => {
    find.current = open;
  }, []);
  const view = chosen && model.views.includes(chosen) ? chosen : model.views[0];
  const asCode = view === "pretty" || view === "raw" || view === "hex";
  useKeys({ "mod+f": { label: "Find in the body", run: () => find.current?.() } }, { when: asCode });
  if (!view) return <Empty title="Nothing inside" text="The body unpacks to nothing." />;

  return (
    <>
      <div className="flex min-h-[34px] shrink-0 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1 text-s text-text-3">
        <Segmented
          label="How to show the body"
          choices={model.views.map((value) => ({ value, label: labels[value] }))}
          value={view}
          onValue={onChoose}
        />
        <span className="min-w-0 truncate">
          {declaredType(content_type)} · {formatCount(size)} {size === 1 ? "byte" : "bytes"}
        </span>
        <span className="ml-auto flex items-center gap-3">
          {asCode && (
            <button
              type="button"
              onClick={() => find.current?.()}
              className="flex cursor-pointer items-center gap-1.5 hover:text-text"
            >
              Find <Kbd keys="mod+f" />
            </button>
          )}
          <a href={bodyUrl(id)} download className="flex items-center gap-1.5 hover:text-text" title="The exact bytes">
            <Download size={13} aria-hidden /> Download
          </a>
        </span>
      </div>
      {model.notes.map((note) => (
        <p key={note} className="shrink-0 border-t border-line bg-wait-soft px-4 py-1.5 text-s text-text">
          {note}
        </p>
      ))}
      <div className="flex min-h-0 flex-1 flex-col border-t border-line">
        <BodyContent model={model} view={view} body={body} contentType={content_type} onReady={onReady} />
      </div>
    </>
  );
}

interface BodyContentProps {
  model: BodyModel;
  view: BodyView;
  body: Body;
  contentType: string | undefined;
  onReady: (find: () => void) => void;
}

function BodyContent({ model, view, body, contentType, onReady }: BodyContentProps) {
  if (view === "fields") return <FormTable fields={model.fields ?? []} />;
  if (view === "image") return <ImageView bytes={body.bytes} type={mediaType(contentType)} />;
  return <CodeContent model={model} view={view} onReady={onReady} />;
}

function CodeContent({
  model,
  view,
  onReady,
}: {
  model: BodyModel;
  view: "pretty" | "raw" | "hex";
  onReady: (find: () => void) => void;
}) {
  const text = useMemo(() => model.text(view), [model, view]);
  return (
    <Suspense fallback={<Skeleton what="the body" />}>
      <CodeView
        text={text}
        label={`Body, ${labels[view].toLowerCase()}`}
        json={model.kind === "json" && view !== "hex"}
        columns={view === "hex"}
        onReady={onReady}
      />
    </Suspense>
  );
}
