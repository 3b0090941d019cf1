import { Link, useLocation } from "wouter";
import { BrandMark } from "../ui/brand-mark";
import { Kbd } from "../ui/kbd";
import { Tooltip } from "../ui/tooltip";
import { type NavItem, navItems } from "./nav-items";
import { useNavCounts } from "./use-nav-counts";
import { nameWith, WarningDot } from "./warning-dot";

interface SideBarProps {
  folded: boolean;
  /** How many things want to be looked at, by the screen's path. */
  warnings: Record<string, number>;
  onKeys: () => void;
  onPalette: () => void;
}

/** The way between screens, on anything wider than a phone. Folded it keeps its icons. */
export function SideBar({ folded, warnings, onKeys, onPalette }: SideBarProps) {
  const counts = useNavCounts();
  return (
    <aside
      aria-label="Side bar"
      className={
        "flex shrink-0 flex-col border-r border-line bg-sunken px-2 py-3 max-md:hidden " +
        (folded ? "w-12" : "w-(--side)")
      }
    >
      <div className="flex h-6 items-center gap-2 px-2 text-[14px] font-[650] tracking-[-.01em]">
        <BrandMark />
        {!folded && "hookbeam"}
      </div>
      <nav aria-label="Screens" className="mt-3.5 flex flex-col gap-0.5">
        {navItems.map((item) => (
          <SideLink
            key={item.path}
            item={item}
            folded={folded}
            count={counts[item.path]}
            warnings={warnings[item.path] ?? 0}
          />
        ))}
      </nav>
      <div className={`mt-auto flex gap-1 text-s text-text-3 ${folded ? "flex-col items-center" : "items-center"}`}>
        <button
          type="button"
          onClick={onKeys}
          className="flex h-7 cursor-pointer items-center gap-2 rounded-md px-2 hover:bg-hover hover:text-text"
        >
          <Kbd keys="?" />
          {folded ? <span className="sr-only">keys</span> : "keys"}
        </button>
        {!folded && (
          <button
            type="button"
            onClick={onPalette}
            className="flex h-7 cursor-pointer items-center rounded-md px-1 hover:bg-hover"
          >
            <Kbd keys="mod+k" />
            <span className="sr-only">Go anywhere, do anything</span>
          </button>
        )}
      </div>
    </aside>
  );
}

interface SideLinkProps {
  item: NavItem;
  folded: boolean;
  count: string | undefined;
  warnings: number;
}

function SideLink({ item: { path, label, icon: Icon, keys }, folded, count, warnings }: SideLinkProps) {
  const [here] = useLocation();
  const link = (
    <Link
      href={path}
      aria-current={here.startsWith(path) ? "page" : undefined}
      aria-label={nameWith(label, warnings) ?? (folded ? label : undefined)}
      className={
        "relative flex h-7 items-center gap-[9px] rounded-md px-2 text-text-2 hover:bg-hover " +
        "hover:text-text aria-[current]:bg-selected aria-[current]:font-[550] " +
        "aria-[current]:text-beam-strong"
      }
    >
      <Icon size={14} className="shrink-0" aria-hidden />
      {!folded && label}
      {!folded && count && <span className="ml-auto text-xs font-normal tabular-nums text-text-3">{count}</span>}
      <WarningDot count={warnings} className={folded ? "absolute top-1 right-1.5" : "ml-auto mr-0.5"} />
    </Link>
  );
  if (!folded) return link;
  return (
    <Tooltip text={label} keys={keys} side="right" repeats>
      {link}
    </Tooltip>
  );
}
