/** What a person who hears the page is told, and when. */
export interface Announcer {
  /** So many new deliveries are in the list. */
  arrived(count: number): void;
  /** Says something of its own, such as how current the list is. The latest wins. */
  say(text: string): void;
  stop(): void;
}

/** Between two messages: more would talk over everything else. */
export const quietMs = 5000;

/** Gathers what happens into one message in five seconds. The first comes at once. */
export function announcer(
  speak: (text: string) => void,
  after: (ms: number, run: () => void) => () => void,
): Announcer {
  let arrived = 0;
  let said = "";
  let quiet = false;
  let cancel = () => {};
  const flush = () => {
    const news = arrived > 0 ? `${arrived} new ${arrived === 1 ? "delivery" : "deliveries"}.` : "";
    const text = [said, news].filter(Boolean).join(" ");
    quiet = text !== "";
    if (!quiet) return;
    [arrived, said] = [0, ""];
    cancel = after(quietMs, flush);
    speak(text);
  };
  const soon = () => {
    if (!quiet) flush();
  };
  return {
    arrived(count) {
      arrived += count;
      soon();
    },
    say(text) {
      said = text;
      soon();
    },
    stop: () => cancel(),
  };
}
