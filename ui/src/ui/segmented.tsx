import { useId } from "react";

interface SegmentedProps<Value extends string> {
  /** What is chosen, for those who hear the page. */
  label: string;
  choices: readonly { value: Value; label: string }[];
  value: Value;
  onValue: (value: Value) => void;
}

/** A choice among a few, all of them in sight. */
export function Segmented<Value extends string>({ label, choices, value, onValue }: SegmentedProps<Value>) {
  const name = useId();
  return (
    <fieldset className="flex shrink-0 overflow-hidden rounded-md border border-line">
      <legend className="sr-only">{label}</legend>
      {choices.map((choice) => (
        <label
          key={choice.value}
          className={
            "cursor-pointer px-[9px] py-px text-s text-text-2 hover:text-text has-checked:bg-hover " +
            "has-checked:font-[550] has-checked:text-text has-focus-visible:outline-2 " +
            "has-focus-visible:-outline-offset-2 has-focus-visible:outline-beam pointer-coarse:py-2"
          }
        >
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={choice.value === value}
            onChange={() => onValue(choice.value)}
          />
          {choice.label}
        </label>
      ))}
    </fieldset>
  );
}
