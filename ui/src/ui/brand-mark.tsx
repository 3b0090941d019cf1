/** Hookbeam's mark: a hook that sends a beam up. */
export function BrandMark() {
  return (
    <svg
      aria-hidden="true"
      width="18"
      height="18"
      viewBox="0 0 18 18"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      className="shrink-0 text-beam"
    >
      <path d="M5 3v6.500a4 4 0 0 0 8 0V7.500" />
      <path d="m10.200 10 2.800-2.800 2.800 2.800" />
    </svg>
  );
}
