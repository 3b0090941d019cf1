import { useEffect, useState } from "react";
import { formatCount } from "../lib/format";
import { live } from "../lib/live/live";

/** The tab's title: the screen, and before it how many deliveries came while nobody looked. */
export function TabTitle({ screen }: { screen: string }) {
  const unseen = useUnseen();
  useEffect(
    function nameTheTab() {
      document.title = `${unseen > 0 ? `(${formatCount(unseen)}) ` : ""}${screen} · Hookbeam`;
    },
    [unseen, screen],
  );
  return null;
}

function useUnseen(): number {
  const [unseen, setUnseen] = useState(0);
  useEffect(function countWhileHidden() {
    const look = () => {
      if (!document.hidden) setUnseen(0);
    };
    const unfollow = live.follow({
      updates: (updates) => {
        if (document.hidden) setUnseen((n) => n + updates.filter(({ kind }) => kind === "delivery").length);
      },
    });
    document.addEventListener("visibilitychange", look);
    return () => {
      unfollow();
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return unseen;
}
