import { useEffect, useState } from "react";

/** The time, told each second while `running`. */
export function useNow(running: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(
    function tick() {
      if (!running) return;
      setNow(Date.now());
      const timer = setInterval(() => setNow(Date.now()), 1000);
      return () => clearInterval(timer);
    },
    [running],
  );
  return now;
}
