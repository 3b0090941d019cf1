// The pane of an existing endpoint: URL, notes, first delivery, form and deletion.

import { Send, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { useSendSample } from "../../entities/endpoint/queries";
import { Unconfirmed } from "../../entities/endpoint/unconfirmed";
import { providerOf, useProviders } from "../../entities/provider/queries";
import type { Endpoint } from "../../lib/api";
import { Button } from "../../ui/button";
import { CopyLine } from "../../ui/copy-line";
import { Select } from "../../ui/select";
import { Time } from "../../ui/time";
import { toast } from "../../ui/toast";
import { toRequest } from "./endpoint-draft";
import { EndpointForm } from "./endpoint-form";
import { FirstDelivery } from "./first-delivery";
import { HandshakeNote } from "./handshake-note";
import { useDeleteEndpoint, useUpdateEndpoint } from "./mutations";
import { OpenNote } from "./open-note";
import { RefusedRequests } from "./refused-requests";
import { StatusPageSection } from "./status-page-section";
import { WouldVerifyNote } from "./would-verify-note";

interface EndpointEditorProps {
  endpoint: Endpoint;
  onClose: () => void;
}

/** An endpoint's URL, its actions and its form. */
export function EndpointEditor({ endpoint, onClose }: EndpointEditorProps) {
  const { id, name, url, created_at } = endpoint;
  const update = useUpdateEndpoint(id);
  const remove = useDeleteEndpoint();
  const [, go] = useLocation();
  const sample = useSendSample();

  const providers = useProviders();
  const types = providerOf(providers.data, endpoint.provider)?.sample_types ?? [];
  const [type, setType] = useState("");
  /** Its rules were changed here: what was rejected before may verify now. */
  const [changed, setChanged] = useState(false);
  const addSecret = useRef<HTMLButtonElement>(null);

  const sendSample = () =>
    sample.mutate(
      { id, type },
      {
        onSuccess: ({ id: delivery, seq }) =>
          toast({
            title: `Sent a sample to ${name}`,
            text: `It was kept as #${seq}.`,
            action: { label: "Show", onAct: () => go(`/deliveries/${delivery}`) },
          }),
        onError: (error) => toast({ title: "Could not send a sample", text: error.message, tone: "bad" }),
      },
    );

  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-2 empty:hidden">
        <Unconfirmed endpoint={endpoint} />
        <HandshakeNote endpoint={endpoint} />
        <WouldVerifyNote endpoint={endpoint} changed={changed} />
        <OpenNote endpoint={endpoint} onAddSecret={() => addSecret.current?.click()} />
      </div>
      <section className="flex flex-col gap-2">
        <h3 className="text-s font-[550]">Address</h3>
        <CopyLine text={url} what="address" />
        <div className="flex flex-wrap items-center gap-2">
          <Button onClick={sendSample} disabled={sample.isPending}>
            <Send size={13} aria-hidden /> Send a sample
          </Button>
          {types.length > 1 && (
            <Select
              aria-label="Type of the sample"
              choices={types.map((value) => ({ value, label: value }))}
              value={type || (types[0] ?? "")}
              onChange={(change) => setType(change.target.value)}
              className="max-w-52"
            />
          )}
          <Link
            href={`/deliveries?endpoint=${encodeURIComponent(name)}`}
            className="text-s text-beam underline-offset-2 hover:underline"
          >
            Its deliveries
          </Link>
          <span className="ml-auto text-s text-text-3">
            Made <Time at={created_at} form="day" />
          </span>
        </div>
      </section>
      <FirstDelivery endpoint={endpoint} changed={changed} saving={update.isPending} />
      <RefusedRequests endpoint={id} />
      <hr className="border-line" />
      <EndpointForm
        // A saved change makes a new draft, in which no value of a secret is left.
        key={JSON.stringify({
          ...endpoint,
          statuses: undefined,
          confirmed: undefined,
          handshake_until: undefined,
          would_verify: undefined,
        })}
        endpoint={endpoint}
        addSecret={addSecret}
        saving={update.isPending}
        error={update.error}
        onCancel={onClose}
        onSave={(draft) =>
          update.mutate(toRequest(draft), {
            onSuccess: () => {
              toast({ title: `Saved ${draft.name}` });
              setChanged(true);
            },
          })
        }
      />
      <hr className="border-line" />
      <StatusPageSection endpoint={endpoint} />
      <hr className="border-line" />
      <section className="flex items-center gap-3">
        <p className="flex-1 text-s text-pretty text-text-3">
          A deleted endpoint answers 404 at once. What it received is kept, and you can undo it for ten seconds.
        </p>
        <Button
          variant="danger"
          disabled={remove.isPending}
          onClick={() => remove.mutate(endpoint, { onSuccess: onClose })}
        >
          <Trash2 size={13} aria-hidden /> Delete
        </Button>
      </section>
    </div>
  );
}
