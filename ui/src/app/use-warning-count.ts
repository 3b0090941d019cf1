import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { serverQuery } from "../entities/server/queries";

/** The page has something better to load at first. */
const restMs = 2000;

/** How many things the server wants a person to look at. Asked for once the page rests, and every minute in sight. */
export function useWarningCount(): number {
  const [rested, setRested] = useState(false);
  useEffect(function waitUntilThePageRests() {
    const look = () => !document.hidden && setRested(true);
    const timer = setTimeout(() => {
      look();
      document.addEventListener("visibilitychange", look);
    }, restMs);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  const { data } = useQuery({ ...serverQuery, enabled: rested, refetchInterval: 60_000, retry: false });
  return data?.warnings.length ?? 0;
}
