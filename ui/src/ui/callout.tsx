import type { ReactNode } from "react";

const tones = {
  wait: { ground: "bg-wait-soft", mark: "text-wait" },
  bad: { ground: "bg-bad-soft", mark: "text-bad" },
};

interface CalloutProps {
  tone: keyof typeof tones;
  /** What a person must know, in a few words. */
  title: string;
  /** Is read aloud as soon as it appears. */
  alert?: boolean;
  /** What there is to do about it: a button. */
  action?: ReactNode;
  /** The sentence that explains it. */
  children?: ReactNode;
}

/** A note on what is shown, and what to do about it. For errors of the last action see ErrorNote. */
export function Callout({ tone, title, alert = false, action, children }: CalloutProps) {
  const { ground, mark } = tones[tone];
  return (
    <section
      role={alert ? "alert" : undefined}
      aria-label={title}
      className={`flex items-start gap-3 rounded-lg border border-line p-3 ${ground}`}
    >
      <svg
        aria-hidden="true"
        width="15"
        height="15"
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        className={`mt-0.5 shrink-0 ${mark}`}
      >
        <path d="M8 2 1.5 13.5h13zM8 6.5v3M8 11.5v.01" />
      </svg>
      <div className="flex min-w-0 flex-1 flex-wrap items-start gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-72">
          <p className="font-[550] text-pretty text-text">{title}</p>
          {children && <div className="mt-0.5 text-pretty break-words text-text-2">{children}</div>}
        </div>
        {action}
      </div>
    </section>
  );
}
