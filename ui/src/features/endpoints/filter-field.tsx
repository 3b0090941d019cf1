// A form field for a filter that the server checks.

import { Field } from "../../ui/field";
import { Input } from "../../ui/input";
import type { FilterMistake } from "./status-source-draft";

interface FilterFieldProps {
  label: string;
  hint: string;
  placeholder: string;
  value: string;
  /** What the server said of `checked`. */
  mistake?: FilterMistake | undefined;
  /** The filter that was sent, trimmed. Once the value differs, the objection may be about nothing. */
  checked: string;
  onValue: (value: string) => void;
}

/** A filter in one line. An objection names its position and shows the place, because filters can be long. */
export function FilterField({ label, hint, placeholder, value, mistake, checked, onValue }: FilterFieldProps) {
  const current = mistake && value.trim() === checked ? mistake : undefined;
  return (
    <div className="flex flex-col gap-1">
      <Field label={label} hint={hint} error={current && `Position ${current.at + 1}: ${current.message}`}>
        {(control) => (
          <Input
            {...control}
            mono
            value={value}
            maxLength={4096}
            onChange={(change) => onValue(change.target.value)}
            placeholder={placeholder}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        )}
      </Field>
      {current && <Place text={checked} at={current.at} />}
    </div>
  );
}

/** How much of a filter stands before and after the place in it. */
const around = 24;

/** The part of a filter around a position, with the character there marked. Screen readers are told its number. */
function Place({ text, at }: { text: string; at: number }) {
  const from = Math.max(0, at - around);
  const to = at + 1 + around;
  return (
    <p aria-hidden className="overflow-hidden font-mono text-s whitespace-pre text-text-2">
      {from > 0 && "…"}
      {text.slice(from, at)}
      <mark className="rounded-xs bg-bad-soft text-bad underline decoration-2 underline-offset-4">
        {text.charAt(at) || " "}
      </mark>
      {text.slice(at + 1, to)}
      {to < text.length && "…"}
    </p>
  );
}
