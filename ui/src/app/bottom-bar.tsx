import { Link, useLocation } from "wouter";
import { navItems } from "./nav-items";
import { nameWith, WarningDot } from "./warning-dot";

const place =
  "flex flex-1 cursor-pointer flex-col items-center justify-center gap-0.5 text-xs text-text-2 " +
  "aria-[current]:text-beam-strong aria-[current]:font-[550]";

/** The way between screens on a phone: four places for the thumb. */
export function BottomBar({ warnings }: { warnings: Record<string, number> }) {
  const [here] = useLocation();
  return (
    <nav
      aria-label="Screens"
      className={
        "flex h-[calc(52px+env(safe-area-inset-bottom))] shrink-0 border-t border-line bg-sunken " +
        "pb-[env(safe-area-inset-bottom)] md:hidden"
      }
    >
      {navItems
        .filter(({ wide }) => !wide)
        .map(({ path, label, icon: Icon }) => (
          <Link
            key={path}
            href={path}
            aria-label={nameWith(label, warnings[path] ?? 0)}
            aria-current={here.startsWith(path) ? "page" : undefined}
            className={place}
          >
            <span className="relative">
              <Icon size={18} aria-hidden />
              <WarningDot count={warnings[path] ?? 0} className="absolute -top-0.5 -right-1.5" />
            </span>
            {label}
          </Link>
        ))}
    </nav>
  );
}
