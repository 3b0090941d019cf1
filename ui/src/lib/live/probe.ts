import { backoff } from "./backoff";
import type { Frame } from "./frame";
import type { Line } from "./line";
import type { Clock, Loss } from "./transport";

/** Between two tries of the socket while polling: about this long at first, and at most. */
const pause = { leastMs: 2_000, firstMs: 10_000, mostMs: 60_000 };

interface ProbeSurroundings {
  clock: Clock;
  random: () => number;
  /** Opens a socket where the reader stands now. */
  dial(probe: Probe): Line;
  /** The socket works: the line has brought its first frame. The line is the holder's now. */
  works(line: Line, frame: Frame): void;
  unauthenticated(): void;
}

/** Tries the socket again and again while polling does the work. */
export class Probe {
  readonly #around: ProbeSurroundings;
  #failures = 0;
  #line: Line | undefined;
  #cancel = () => {};

  constructor(around: ProbeSurroundings) {
    this.#around = around;
  }

  /** Tries in a while, longer after each failure, where no try is under way. */
  later() {
    if (this.#line) return;
    this.#cancel();
    this.#failures++;
    const { clock, random } = this.#around;
    const ms = pause.leastMs + backoff(this.#failures, random, pause.firstMs, pause.mostMs);
    this.#cancel = clock.after(ms, () => this.now());
  }

  /** Tries now, where no try is under way. */
  now() {
    if (this.#line) return;
    this.#cancel();
    this.#line = this.#around.dial(this);
  }

  stop() {
    this.#cancel();
    this.#line?.close();
    this.#line = undefined;
  }

  frame(line: Line, frame: Frame) {
    this.#line = undefined;
    this.#failures = 0;
    this.#around.works(line, frame);
  }

  lost(_line: Line, loss: Loss) {
    this.#line = undefined;
    if (loss.kind === "unauthenticated") this.#around.unauthenticated();
    else this.later();
  }
}
