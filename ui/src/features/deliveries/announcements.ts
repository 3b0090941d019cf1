// Messages for screen readers: when they are spoken, and how several become one.

/** Collects what a screen reader should say. */
export interface Announcer {
  /** So many new deliveries are in the list. */
  arrived(count: number): void;
  /** Says another text, such as the state of the connection. Only the latest is kept. */
  say(text: string): void;
  stop(): void;
}

/** The least time between two messages, in milliseconds, so that they do not talk over everything else. */
export const pauseMs = 5000;

/** Combines what happens within `pauseMs` into one message. The first message is spoken at once. */
export function announcer(
  speak: (text: string) => void,
  after: (ms: number, run: () => void) => () => void,
): Announcer {
  let arrived = 0;
  let message = "";
  let paused = false;
  let cancel = () => {};
  const flush = () => {
    const news = arrived > 0 ? `${arrived} new ${arrived === 1 ? "delivery" : "deliveries"}.` : "";
    const text = [message, news].filter(Boolean).join(" ");
    paused = text !== "";
    if (!paused) return;
    [arrived, message] = [0, ""];
    cancel = after(pauseMs, flush);
    speak(text);
  };
  const soon = () => {
    if (!paused) flush();
  };
  return {
    arrived(count) {
      arrived += count;
      soon();
    },
    say(text) {
      message = text;
      soon();
    },
    stop: () => cancel(),
  };
}
