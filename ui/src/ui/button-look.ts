const variants = {
  primary: "bg-beam text-on-beam hover:bg-beam-strong",
  plain: "bg-hover text-text hover:bg-line",
  quiet: "text-text-2 hover:bg-hover hover:text-text",
  danger: "bg-bad-soft text-bad hover:bg-bad hover:text-surface",
};

/** How loud a button is. `primary` at most once on a screen; `danger` for what takes something away. */
export type ButtonVariant = keyof typeof variants;

/** The look of a button, and of a link that stands where buttons do. */
export const buttonLook = (variant: ButtonVariant) =>
  "inline-flex h-[26px] shrink-0 cursor-pointer items-center justify-center gap-1.5 rounded-md " +
  "px-2.5 text-s font-[550] whitespace-nowrap transition-colors duration-(--quick) " +
  `disabled:cursor-default disabled:opacity-55 pointer-coarse:h-9 ${variants[variant]}`;
