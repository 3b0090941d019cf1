import { useEffect, useState } from "react";
import { arrivals } from "../../entities/delivery/arrivals";
import { stateLabel } from "../../lib/live/describe";
import { live } from "../../lib/live/live";
import { realClock } from "../../lib/live/transport";
import { announcer } from "./announcements";

/** Tells those who hear the page what those who see it see: that deliveries came, and when the list is not live. */
export function StatusRegion() {
  const [text, setText] = useState("");
  useEffect(function tell() {
    const told = announcer(setText, realClock.after);
    let kind = live.state.kind;
    const stopCounting = arrivals.subscribe((count) => told.arrived(count));
    const unsubscribe = live.subscribe(() => {
      const { state } = live;
      const passing = state.kind === "connecting" || state.kind === "catching-up";
      if (passing || state.kind === kind) return;
      kind = state.kind;
      told.say(`${stateLabel(state).word}.`);
    });
    return () => {
      stopCounting();
      unsubscribe();
      told.stop();
    };
  }, []);
  return (
    <p role="status" className="sr-only">
      {text}
    </p>
  );
}
