// The catalogue of senders: found by name or alias, or by a request that was pasted.

import { Command } from "cmdk";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ClipboardEvent, type ReactNode, useEffect, useState } from "react";
import type { Candidate, Provider } from "../../entities/provider/queries";
import { SenderMark } from "./sender-mark";
import { type Found, groups, isRequest, search } from "./sender-search";

interface SenderPickerProps {
  providers: readonly Provider[];
  /** The ids of those that were used last, newest first. */
  recent: readonly string[];
  /** A request was pasted or typed; "": there is none. */
  onRequest: (text: string) => void;
  /** What the server says about that request, once it does. */
  identified: Identification;
  onChoose: (id: string) => void;
  onClose: () => void;
}

interface Identification {
  data?: readonly Candidate[] | undefined;
  error: Error | null;
}

/** The server reads 64 KiB. The headers come first, and four bytes are the most of a character. */
const most = 16_000;

/** A dialog to choose a sender from. It has the same size whatever it shows, so that nothing moves. */
export function SenderPicker(props: SenderPickerProps) {
  const { providers, recent, onRequest, identified, onChoose, onClose } = props;
  const [text, setText] = useState("");
  const [request, setRequest] = useState("");
  /** The item that Enter chooses. */
  const [marked, setMarked] = useState("");
  const found = search(providers, text);

  const ask = (next: string) => {
    const cut = next.slice(0, most);
    setRequest(cut);
    onRequest(cut);
  };
  const type = (next: string) => {
    setText(next);
    ask(search(providers, next).length === 0 && isRequest(next) ? next.trim() : "");
  };
  const paste = (event: ClipboardEvent) => {
    const content = event.clipboardData.getData("text");
    if (!isRequest(content)) return;
    event.preventDefault();
    setText("");
    ask(content);
  };
  const choose = (id: string) => {
    onChoose(id);
    onClose();
  };

  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-bg/70" />
        <Radix.Content
          aria-describedby={undefined}
          className={
            "fixed top-[8vh] left-1/2 z-40 h-[min(560px,80dvh)] w-[min(520px,calc(100vw-32px))] -translate-x-1/2 " +
            "overflow-hidden rounded-lg border border-line bg-raised shadow-(--shadow) outline-none"
          }
        >
          <Radix.Title className="sr-only">Choose a sender</Radix.Title>
          <Command
            label="Senders"
            loop
            shouldFilter={false}
            value={marked}
            onValueChange={setMarked}
            className="flex h-full flex-col"
          >
            <div className="flex h-11 shrink-0 items-center gap-2 border-b border-line pr-2">
              <Command.Input
                value={text}
                onValueChange={type}
                onPaste={paste}
                placeholder={request ? "Pasted request" : "Name, header or pasted request"}
                spellCheck={false}
                className={
                  "h-full min-w-0 flex-1 bg-transparent px-4 text-[14px] outline-none " +
                  "placeholder:text-text-3 pointer-coarse:text-base"
                }
              />
              {(request || text) && (
                <button
                  type="button"
                  aria-label="Clear"
                  onClick={() => type("")}
                  className={
                    "grid size-7 shrink-0 cursor-pointer place-items-center rounded-md text-text-2 " +
                    "hover:bg-hover hover:text-text pointer-coarse:size-10"
                  }
                >
                  <X size={14} aria-hidden />
                </button>
              )}
            </div>
            <Command.List className="min-h-0 flex-1 overflow-y-auto p-1">
              {request ? (
                <Identified identified={identified} providers={providers} onMark={setMarked} onChoose={choose} />
              ) : (
                <Senders found={found} searched={text.trim() !== ""} recent={recent} onChoose={choose} />
              )}
            </Command.List>
            <p className="shrink-0 border-t border-line px-4 py-2 text-s text-pretty text-text-3">
              Not sure? Paste a request, a curl command or the name of a header. It is not stored.
            </p>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface SendersProps {
  found: readonly Found[];
  searched: boolean;
  recent: readonly string[];
  onChoose: (id: string) => void;
}

/** What the search found, best first; without a search all senders in their groups, those used last above them. */
function Senders({ found, searched, recent, onChoose }: SendersProps) {
  const item = ({ provider, alias }: Found, group = "") => (
    <Item
      key={provider.id}
      value={`${group}${provider.id}`}
      provider={provider}
      note={alias ?? ""}
      onChoose={onChoose}
    />
  );
  if (found.length === 0)
    return (
      <p role="status" className="px-3 py-6 text-center text-pretty text-text-3">
        No sender by that name. Choose “Any sender”, or paste one of its requests.
      </p>
    );
  if (searched) return found.map((one) => item(one));
  const used = recent.flatMap((id) => found.filter(({ provider }) => provider.id === id));
  return (
    <>
      {used.length > 0 && <Group heading="Used last">{used.map((one) => item(one, "used "))}</Group>}
      {groups.map(([category, heading]) => {
        const members = found.filter(({ provider }) => provider.category === category);
        if (members.length === 0) return null;
        return (
          <Group key={category} heading={heading}>
            {members.map((one) => item(one))}
          </Group>
        );
      })}
    </>
  );
}

interface IdentifiedProps {
  identified: Identification;
  providers: readonly Provider[];
  /** Marks an item: cmdk marks the first one only after typing, and a request is pasted. */
  onMark: (id: string) => void;
  onChoose: (id: string) => void;
}

/** The senders that a request may be from, and why. */
function Identified({ identified: { data, error }, providers, onMark, onChoose }: IdentifiedProps) {
  const known = (data ?? []).flatMap((candidate) => {
    const provider = providers.find(({ id }) => id === candidate.provider);
    return provider ? [{ ...candidate, provider }] : [];
  });
  const any = providers.find(({ id }) => id === "generic");
  const first = data && (known[0]?.provider ?? any)?.id;
  useEffect(() => {
    if (first) onMark(first);
  }, [first, onMark]);
  if (!data)
    return (
      <p role="status" className="px-3 py-6 text-center text-pretty text-text-3">
        {error ? `Could not read the request. ${error.message}` : "Reading the request …"}
      </p>
    );
  return (
    <>
      {known.length > 0 ? (
        <Group heading="This request may be from">
          {known.map(({ provider, reasons }) => (
            <Item
              key={provider.id}
              value={provider.id}
              provider={provider}
              note={reasons.join(", ")}
              onChoose={onChoose}
            />
          ))}
        </Group>
      ) : (
        <p role="status" className="px-3 pt-6 pb-3 text-center text-pretty text-text-3">
          No known sender sends this. “Any sender” accepts every request.
        </p>
      )}
      {known.length === 0 && any && <Item value={any.id} provider={any} note="" onChoose={onChoose} />}
    </>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className={
        "[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 " +
        "[&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-text-3"
      }
    >
      {children}
    </Command.Group>
  );
}

interface ItemProps {
  value: string;
  provider: Provider;
  note: string;
  onChoose: (id: string) => void;
}

function Item({ value, provider, note, onChoose }: ItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={() => onChoose(provider.id)}
      className={
        "flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 data-[selected=true]:bg-selected " +
        "pointer-coarse:h-11"
      }
    >
      <SenderMark name={provider.name} />
      <span className="max-w-[65%] shrink-0 truncate">{provider.name}</span>
      {note && <span className="min-w-0 flex-1 truncate text-right text-s text-text-3">{note}</span>}
    </Command.Item>
  );
}
