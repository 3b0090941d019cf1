// A form field for several values, one on each line.

import { Field } from "../../ui/field";

interface LinesFieldProps {
  label: string;
  hint: string;
  error?: string | undefined;
  value: string;
  placeholder: string;
  onValue: (value: string) => void;
}

/** Several values, one on each line. */
export function LinesField({ label, hint, error, value, placeholder, onValue }: LinesFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <textarea
          {...control}
          rows={2}
          value={value}
          onChange={(change) => onValue(change.target.value)}
          placeholder={placeholder}
          spellCheck={false}
          className={
            "w-full rounded-md border border-line-strong bg-bg px-2 py-1.5 font-mono text-s text-text " +
            "placeholder:text-text-3 aria-invalid:border-bad pointer-coarse:text-base"
          }
        />
      )}
    </Field>
  );
}
