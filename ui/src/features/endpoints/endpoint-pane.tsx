// The pane beside the list of endpoints: an editor, or the form for a new one.

import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useLocation } from "wouter";
import { useEndpoints } from "../../entities/endpoint/queries";
import { Empty } from "../../ui/empty";
import { IconButton } from "../../ui/icon-button";
import { SidePane } from "../../ui/side-pane";
import { toast } from "../../ui/toast";
import { toRequest } from "./endpoint-draft";
import { EndpointEditor } from "./endpoint-editor";
import { EndpointForm } from "./endpoint-form";
import { useCreateEndpoint } from "./mutations";

interface EndpointPaneProps {
  /** The endpoint's id, or `new`. */
  id: string;
  onClose: () => void;
}

/** One endpoint beside the list, or the form for a new one. */
export function EndpointPane({ id, onClose }: EndpointPaneProps) {
  const endpoints = useEndpoints();
  const endpoint = endpoints.data?.find((e) => e.id === id);
  if (id === "new") return <NewEndpoint onClose={onClose} />;
  if (!endpoints.data) return null;
  if (!endpoint) {
    return (
      <Pane title="Endpoint" onClose={onClose}>
        <Empty title="No such endpoint" text="It was deleted, or the link is wrong." />
      </Pane>
    );
  }
  return (
    <Pane title={endpoint.name} onClose={onClose}>
      <EndpointEditor endpoint={endpoint} onClose={onClose} />
    </Pane>
  );
}

function NewEndpoint({ onClose }: { onClose: () => void }) {
  const [, go] = useLocation();
  const create = useCreateEndpoint();
  return (
    <Pane title="New endpoint" onClose={onClose}>
      <EndpointForm
        saving={create.isPending}
        error={create.error}
        onCancel={onClose}
        onSave={(draft) =>
          create.mutate(toRequest(draft), {
            onSuccess: ({ id, name }) => {
              toast({ title: `${name} is ready`, text: "Give its address to the sender." });
              go(`/endpoints/${id}`);
            },
          })
        }
      />
    </Pane>
  );
}

function Pane({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  return (
    <SidePane label="Endpoint" name="endpoint" width={460}>
      <header className="flex items-center gap-2 px-4 pt-3 pb-2">
        <h2 className="min-w-0 flex-1 truncate text-l font-semibold tracking-[-.01em]">{title}</h2>
        <IconButton label="Close" keys="escape" icon={<X size={15} />} onClick={onClose} className="-mr-1.5" />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-6">{children}</div>
    </SidePane>
  );
}
