// The status region for screen readers on the deliveries screen.

import { useEffect, useState } from "react";
import { arrivals } from "../../entities/delivery/arrivals";
import { stateLabel } from "../../lib/live/describe";
import { live } from "../../lib/live/live";
import { realClock } from "../../lib/live/transport";
import { announcer } from "./announcements";

/** Announces new deliveries, and when the list is not live any more. */
export function StatusRegion() {
  const [text, setText] = useState("");
  useEffect(function announce() {
    const announcements = announcer(setText, realClock.after);
    let kind = live.state.kind;
    const stopCounting = arrivals.subscribe((count) => announcements.arrived(count));
    const unsubscribe = live.subscribe(() => {
      const { state } = live;
      const passing = state.kind === "connecting" || state.kind === "catching-up";
      if (passing || state.kind === kind) return;
      kind = state.kind;
      announcements.say(`${stateLabel(state).word}.`);
    });
    return () => {
      stopCounting();
      unsubscribe();
      announcements.stop();
    };
  }, []);
  return (
    <p role="status" className="sr-only">
      {text}
    </p>
  );
}
