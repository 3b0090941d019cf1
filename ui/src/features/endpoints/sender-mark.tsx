import { letters } from "./sender-search";

/** The letters of a sender. It has no logo: those belong to others. They are no text, since they say nothing more. */
export function SenderMark({ name }: { name: string }) {
  return (
    <span
      aria-hidden
      data-letters={letters(name)}
      className={
        "grid size-6 shrink-0 place-items-center rounded-sm border border-line bg-sunken text-xs font-[550] " +
        "text-text-2 before:content-[attr(data-letters)]"
      }
    />
  );
}
