import { type ReactNode, useId } from "react";

/** What a control needs so that its label, hint and error belong to it. */
export interface ControlProps {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** What is wrong with the value, and what to do. */
  error?: string | undefined;
  children: (control: ControlProps) => ReactNode;
}

/** A control with its label above, and below a hint or what is wrong. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  const control: ControlProps = { id };
  if (note) control["aria-describedby"] = `${id}-note`;
  if (error) control["aria-invalid"] = true;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-s font-[550] text-text">
        {label}
      </label>
      {children(control)}
      {note && (
        <p id={`${id}-note`} className={`text-s text-pretty ${error ? "text-bad" : "text-text-3"}`}>
          {note}
        </p>
      )}
    </div>
  );
}
