import { useEffect, useState } from "react";
import { arrivals } from "../entities/delivery/arrivals";
import { formatCount } from "../lib/format";

/** The tab's title: the number of deliveries that arrived while the tab was hidden, and the screen. */
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
    const unsubscribe = arrivals.subscribe((count) => {
      if (document.hidden) setUnseen((n) => n + count);
    });
    document.addEventListener("visibilitychange", look);
    return () => {
      unsubscribe();
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return unseen;
}
