import { Command } from "cmdk";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useLocation } from "wouter";
import { useEndpoints } from "../entities/endpoint/queries";
import { copyText } from "../lib/clipboard";
import { useKeyHelp } from "../lib/keys";
import { chooseTheme, type Theme } from "../lib/theme";
import { Kbd } from "../ui/kbd";
import { toast } from "../ui/toast";

const themes: Record<Theme, string> = {
  system: "the system’s theme",
  light: "the light theme",
  dark: "the dark theme",
};

/** The endpoints' own screen has a key for it, which lists it already. */
const newEndpoint = "New endpoint";

/** Anything the dashboard can do or show, by typing a part of its name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [, go] = useLocation();
  const keys = useKeyHelp().filter((help) => help.keys !== "mod+k");
  const endpoints = useEndpoints().data ?? [];
  // What was chosen runs after the palette has given the focus back.
  const choose = (run: () => void) => () => {
    onClose();
    setTimeout(run);
  };
  const copyAddress = async (name: string, url: string) => {
    if (await copyText(url)) toast({ title: `Copied the address of ${name}` });
    else toast({ title: "Your browser did not allow copying", text: url, tone: "bad" });
  };

  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-bg/70" />
        <Radix.Content
          aria-describedby={undefined}
          className={
            "fixed top-[14vh] left-1/2 z-40 w-[min(520px,calc(100vw-32px))] -translate-x-1/2 " +
            "overflow-hidden rounded-lg border border-line bg-raised shadow-(--shadow) outline-none"
          }
        >
          <Radix.Title className="sr-only">Go anywhere, do anything</Radix.Title>
          <Command label="Commands" loop>
            <Command.Input
              placeholder="Go to, copy, switch …"
              className={
                "h-11 w-full border-b border-line bg-transparent px-4 text-[14px] outline-none " +
                "placeholder:text-text-3 pointer-coarse:text-base"
              }
            />
            <Command.List className="max-h-[min(400px,60vh)] overflow-y-auto p-1">
              <Command.Empty className="px-3 py-6 text-center text-text-3">Nothing by that name.</Command.Empty>
              <Group heading="On this screen">
                {keys.map((help) => (
                  <Item
                    key={`${help.keys} ${help.label}`}
                    label={help.label}
                    keys={help.keys}
                    onSelect={choose(help.run)}
                  />
                ))}
              </Group>
              <Group heading="Endpoints">
                {endpoints.flatMap(({ id, name, url }) => [
                  <Item key={id} label={`Open ${name}`} onSelect={choose(() => go(`/endpoints/${id}`))} />,
                  <Item
                    key={`${id} copy`}
                    label={`Copy the address of ${name}`}
                    onSelect={choose(() => void copyAddress(name, url))}
                  />,
                ])}
                {!keys.some(({ label }) => label === newEndpoint) && (
                  <Item label={newEndpoint} onSelect={choose(() => go("/endpoints/new"))} />
                )}
              </Group>
              <Group heading="Theme">
                {(Object.keys(themes) as Theme[]).map((theme) => (
                  <Item key={theme} label={`Use ${themes[theme]}`} onSelect={choose(() => chooseTheme(theme))} />
                ))}
              </Group>
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
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

function Item({ label, keys, onSelect }: { label: string; keys?: string; onSelect: () => void }) {
  return (
    <Command.Item
      onSelect={onSelect}
      className={
        "flex h-8 cursor-pointer items-center justify-between gap-3 rounded-md px-2 " +
        "data-[selected=true]:bg-selected pointer-coarse:h-11"
      }
    >
      <span className="truncate">{label}</span>
      {keys && (
        <span className="shrink-0">
          <Kbd keys={keys} />
        </span>
      )}
    </Command.Item>
  );
}
