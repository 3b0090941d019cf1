// The part of that form with name, logo and colour, and how they look together.

import { contrast, inkOn } from "../../lib/contrast";
import { Field } from "../../ui/field";
import { Input } from "../../ui/input";
import type { StatusPageDraft, StatusPageMistakes } from "./status-page-draft";

interface StatusPageLookProps {
  draft: StatusPageDraft;
  mistakes: StatusPageMistakes;
  onChange: (change: Partial<StatusPageDraft>) => void;
}

/** The shop's name, logo and colour, and how they look together. */
export function StatusPageLook({ draft, mistakes, onChange }: StatusPageLookProps) {
  const { name, logo, color, back } = draft;
  return (
    <>
      <Field label="Shop’s name" hint="It stands above everything else." error={mistakes.name}>
        {(control) => (
          <Input
            {...control}
            value={name}
            maxLength={80}
            onChange={(change) => onChange({ name: change.target.value })}
            placeholder="Acme Store"
          />
        )}
      </Field>
      <Field
        label="Logo"
        hint="The address of a square picture. It is loaded by the customer’s browser, not here."
        error={mistakes.logo}
      >
        {(control) => (
          <Input
            {...control}
            mono
            type="url"
            value={logo}
            onChange={(change) => onChange({ logo: change.target.value })}
            placeholder="https://shop.example/logo.png"
            spellCheck={false}
          />
        )}
      </Field>
      <Field label="Colour" hint={<ColorHint color={color} />} error={mistakes.color}>
        {(control) => (
          <span className="flex items-center gap-2">
            <input
              type="color"
              aria-label="Pick the colour"
              value={/^#[0-9a-f]{6}$/i.test(color) ? color.toLowerCase() : "#5b3fd1"}
              onChange={(change) => onChange({ color: change.target.value })}
              className="h-8 w-10 shrink-0 cursor-pointer rounded-md border border-line-strong bg-bg p-1"
            />
            <Input
              {...control}
              mono
              value={color}
              onChange={(change) => onChange({ color: change.target.value })}
              placeholder="#0a7f5c"
              maxLength={7}
              spellCheck={false}
              className="max-w-28"
            />
            <Sample name={name} color={color} />
          </span>
        )}
      </Field>
      <Field label="Way back" hint="Where “Back to the shop” leads." error={mistakes.back}>
        {(control) => (
          <Input
            {...control}
            mono
            type="url"
            value={back}
            onChange={(change) => onChange({ back: change.target.value })}
            placeholder="https://shop.example/"
            spellCheck={false}
          />
        )}
      </Field>
    </>
  );
}

/** The way back to the shop in its colour. */
function Sample({ name, color }: { name: string; color: string }) {
  if (contrast(color, "#ffffff") === undefined) return null;
  return (
    <span
      style={{ backgroundColor: color, color: inkOn(color) }}
      className="min-w-0 truncate rounded-md px-3 py-1 text-s font-[550]"
    >
      Back to {name || "the shop"}
    </span>
  );
}

function ColorHint({ color }: { color: string }) {
  const white = contrast(color, "#ffffff");
  if (white === undefined) return "Of the sign and of the button on the page.";
  if (inkOn(color) === "#ffffff") return `White writing on it has ${white.toFixed(1)}:1: easy to read.`;
  const black = contrast(color, "#000000") ?? 0;
  const would = `White writing on it would have ${white.toFixed(1)}:1`;
  return `${would}, so the page writes on it in black: ${black.toFixed(1)}:1.`;
}
