interface TickProps {
  label: string;
  checked: boolean;
  onTick: (checked: boolean) => void;
  /** Says more than the label, for those who hear the page; begins with it or holds it. */
  name?: string;
}

/** A box to tick, and what it means. */
export function Tick({ label, checked, onTick, name }: TickProps) {
  return (
    <label className="flex cursor-pointer items-center gap-2 pointer-coarse:min-h-10">
      <input
        type="checkbox"
        aria-label={name}
        checked={checked}
        onChange={(change) => onTick(change.target.checked)}
        className="size-3.5 accent-(--beam)"
      />
      {label}
    </label>
  );
}
