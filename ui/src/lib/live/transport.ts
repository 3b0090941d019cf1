import type { Frame } from "./frame";

/** Why a stream ended without being closed. */
export type Loss =
  | { kind: "unauthenticated" }
  /** The server cannot read our cursor. */
  | { kind: "cursor" }
  | Failure;

/** Something went wrong that may pass. */
export interface Failure {
  kind: "failed";
  /** A sentence for people. */
  cause: string;
  /** The server asked for a pause. */
  pauseMs?: number;
  /** It seemed to open, and was mute. */
  swallowed?: boolean;
  /** When it began, where that is earlier than now. Milliseconds since 1970. */
  since?: number;
}

/** Who listens to a stream. */
export interface Receiver {
  frame(frame: Frame): void;
  /** At most once, and nothing after it. */
  lost(loss: Loss): void;
}

/** Frames on their way. After `close` the receiver hears nothing more. */
export interface Stream {
  close(): void;
}

/** A way to get frames. */
export interface Transport {
  /** Begins right behind a cursor. Each frame after the first begins where the one before it ended. */
  open(after: string, receiver: Receiver): Stream; // the receiver hears nothing before this returns
}

/** Time, as a parameter. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs once, later; the result cancels. */
  after(ms: number, run: () => void): () => void;
}

export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
