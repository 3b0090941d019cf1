import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef } from "react";
import { cover } from "../lib/cover";
import { useNarrow } from "../lib/narrow";
import { useRememberedNumber } from "../lib/remembered";

interface SidePaneProps {
  /** What it shows, for those who hear the page. */
  label: string;
  /** Under this name its width is remembered. */
  name: string;
  width?: number;
  children: ReactNode;
}

const narrowest = 340;
/** What stays of the list beside it. */
const listKeeps = 380;

/** A pane beside a list, as wide as it was dragged last. On a phone it covers the screen. */
export function SidePane({ label, name, width: initial = 560, children }: SidePaneProps) {
  const [width, setWidth] = useRememberedNumber(`${name}-width`, initial);
  const pane = useRef<HTMLElement>(null);

  const narrow = useNarrow();
  useEffect(
    function coverPhone() {
      return narrow && pane.current ? cover(pane.current) : undefined;
    },
    [narrow],
  );

  const widest = () => Math.max(narrowest, (pane.current?.parentElement?.clientWidth || innerWidth) - listKeeps);
  const resize = (next: number) => setWidth(Math.round(Math.min(Math.max(next, narrowest), widest())));

  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const right = pane.current?.getBoundingClientRect().right ?? innerWidth;
    resize(right - event.clientX);
  };
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowLeft: 24, ArrowRight: -24 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    resize(width + step);
  };

  return (
    <aside
      ref={pane}
      tabIndex={-1}
      aria-label={label}
      style={{ "--pane": `${width}px` }}
      className={
        "relative flex w-(--pane) outline-none max-w-[calc(100%-380px)] min-w-[340px] shrink-0 " +
        "flex-col border-l border-line bg-bg max-md:fixed max-md:inset-0 max-md:z-30 max-md:w-full " +
        "max-md:max-w-none max-md:min-w-0 max-md:border-l-0"
      }
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a rule that moves is a focusable separator, which <hr> is not */}
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label={`Width of ${label.toLowerCase()}`}
        aria-valuemin={narrowest}
        aria-valuenow={width}
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onKeyDown={press}
        onDoubleClick={() => resize(initial)}
        className={
          "absolute inset-y-0 -left-1 z-10 w-2 cursor-col-resize touch-none transition-colors " +
          "duration-(--quick) hover:bg-beam/30 focus-visible:bg-beam/60 focus-visible:outline-none " +
          "active:bg-beam/60 max-md:hidden"
        }
      />
      {children}
    </aside>
  );
}
