/** Marks a screen where something wants to be looked at. Its link's name says so in words. */
export function WarningDot({ count, className }: { count: number; className: string }) {
  if (count === 0) return null;
  return (
    <span aria-hidden title={warningWords(count)} className={`size-2 shrink-0 rounded-full bg-wait ${className}`} />
  );
}

/** The name of the link to a screen: `Settings, 2 warnings`; undefined where its label is enough. */
export const nameWith = (label: string, count: number) => (count > 0 ? `${label}, ${warningWords(count)}` : undefined);

const warningWords = (count: number) => `${count} ${count === 1 ? "warning" : "warnings"}`;
