import { lazy, type ReactNode, Suspense, useState } from "react";
import { useLocation } from "wouter";
import { useKeys } from "../lib/keys";
import { useNarrow } from "../lib/narrow";
import { useRememberedNumber } from "../lib/remembered";
import { BottomBar } from "./bottom-bar";
import { navItems } from "./nav-items";
import { SideBar } from "./side-bar";
import { useWarningCount } from "./use-warning-count";

const KeysOverlay = lazy(async () => ({ default: (await import("./keys-overlay")).KeysOverlay }));
const Palette = lazy(async () => ({ default: (await import("./palette")).Palette }));

/** Below this width the side bar starts folded. */
const roomForSideBar = 1100;

/** The frame around every screen. */
export function Layout({ children }: { children: ReactNode }) {
  const [folded, setFolded] = useRememberedNumber("side-bar-folded", innerWidth < roomForSideBar ? 1 : 0);
  const [above, setAbove] = useState<"keys" | "palette">();
  const [, go] = useLocation();
  const narrow = useNarrow();
  const warnings = { "/settings": useWarningCount() };
  const close = () => setAbove(undefined);

  const screens = navItems.map(({ path, label, keys }) => [
    keys,
    { label: `Go to ${label.toLowerCase()}`, run: () => go(path) },
  ]);
  useKeys({
    ...Object.fromEntries(screens),
    "?": { label: "All keys", run: () => setAbove("keys") },
    "mod+k": { label: "Go anywhere, do anything", run: () => setAbove(above === "palette" ? undefined : "palette") },
  });

  useKeys(
    { "[": { label: folded ? "Unfold the side bar" : "Fold the side bar", run: () => setFolded(folded ? 0 : 1) } },
    { when: !narrow },
  );

  return (
    <div className="flex h-full max-md:flex-col">
      <SideBar
        folded={folded === 1}
        warnings={warnings}
        onKeys={() => setAbove("keys")}
        onPalette={() => setAbove("palette")}
      />
      <main className="relative flex min-h-0 min-w-0 flex-1 flex-col">{children}</main>
      <BottomBar warnings={warnings} />
      <Suspense>
        {above === "keys" && <KeysOverlay onClose={close} />}
        {above === "palette" && <Palette onClose={close} />}
      </Suspense>
    </div>
  );
}
