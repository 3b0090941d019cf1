import {
  cloneElement,
  type FocusEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  useId,
  useRef,
  useState,
} from "react";
import { Kbd } from "./kbd";

interface TooltipProps {
  text: ReactNode;
  keys?: string | undefined;
  side?: "right" | "bottom";
  /** The child's own name says the same: it need not be read twice. */
  repeats?: boolean;
  /** Shows on a tap too, where nothing else happens on one. */
  onTap?: boolean;
  /** One element that takes focus. */
  children: ReactElement<{ "aria-describedby"?: string }>;
}

const delayMs = 400;
const gap = 6;
const margin = 8;

/** A hint on hover and focus. What must be known to go on does not belong in one. */
export function Tooltip({ text, keys, side = "bottom", repeats = false, onTap = false, children }: TooltipProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const timer = useRef<number>(undefined);

  const hide = () => {
    clearTimeout(timer.current);
    setOpen(false);
  };
  const enter = (event: PointerEvent) => {
    if (event.pointerType !== "mouse") return;
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setOpen(true), delayMs);
  };
  const press = (event: PointerEvent) => {
    if (onTap && event.pointerType !== "mouse") setOpen(!open);
    else hide();
  };
  const focus = (event: FocusEvent) => {
    if (event.target.matches(":focus-visible")) setOpen(true);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only watches what happens to its child
    <span
      className="contents"
      onPointerEnter={enter}
      onPointerLeave={(event) => event.pointerType === "mouse" && hide()}
      onPointerDown={press}
      onFocus={focus}
      onBlur={hide}
      onKeyDown={(event) => event.key === "Escape" && hide()}
    >
      {open && !repeats ? cloneElement(children, { "aria-describedby": id }) : children}
      {open && (
        <span
          ref={(tip) => {
            if (tip) place(tip, side);
          }}
          id={id}
          role="tooltip"
          popover="manual"
          className={
            "pointer-events-none inset-auto m-0 max-w-80 rounded-md border border-line bg-raised px-2 " +
            "py-1 font-sans text-s font-normal text-pretty whitespace-normal text-text shadow-(--shadow)"
          }
        >
          {text}
          {keys && (
            <span className="ml-2">
              <Kbd keys={keys} />
            </span>
          )}
        </span>
      )}
    </span>
  );
}

/** Puts the tip beside what it is about: on the top layer, inside the window. */
function place(tip: HTMLElement, side: "right" | "bottom") {
  const anchor = tip.previousElementSibling?.getBoundingClientRect();
  if (!anchor) return;
  tip.showPopover?.();
  const { width, height } = tip.getBoundingClientRect();
  const below = anchor.bottom + gap + height + margin <= innerHeight;
  const left = side === "right" ? anchor.right + gap : anchor.left + (anchor.width - width) / 2;
  const top =
    side === "right"
      ? anchor.top + (anchor.height - height) / 2
      : below
        ? anchor.bottom + gap
        : anchor.top - gap - height;
  tip.style.left = `${Math.max(margin, Math.min(left, innerWidth - width - margin))}px`;
  tip.style.top = `${Math.max(margin, top)}px`;
}
