import { backoff } from "./backoff";
import type { Frame } from "./frame";
import type { MonitoredStream } from "./monitored-stream";
import type { Clock, Loss } from "./transport";

/** Between two tries of the socket while polling: about this long at first, and at most. */
const pause = { leastMs: 2_000, firstMs: 10_000, mostMs: 60_000 };

interface ProbeDeps {
  clock: Clock;
  random: () => number;
  /** Opens a socket where the reader stands now. */
  dial(probe: Probe): MonitoredStream;
  /** The socket works: the stream has brought its first frame. The stream is the listener's now. */
  works(stream: MonitoredStream, frame: Frame): void;
  unauthenticated(): void;
}

/** Tries the socket again and again while polling does the work. */
export class Probe {
  readonly #deps: ProbeDeps;
  #failures = 0;
  #stream: MonitoredStream | undefined;
  #cancel = () => {};

  constructor(deps: ProbeDeps) {
    this.#deps = deps;
  }

  /** Tries in a while, longer after each failure, where no try is under way. */
  later() {
    if (this.#stream) return;
    this.#cancel();
    this.#failures++;
    const { clock, random } = this.#deps;
    const ms = pause.leastMs + backoff(this.#failures, random, pause.firstMs, pause.mostMs);
    this.#cancel = clock.after(ms, () => this.now());
  }

  /** Tries now, where no try is under way. */
  now() {
    if (this.#stream) return;
    this.#cancel();
    this.#stream = this.#deps.dial(this);
  }

  stop() {
    this.#cancel();
    this.#stream?.close();
    this.#stream = undefined;
  }

  frame(stream: MonitoredStream, frame: Frame) {
    this.#stream = undefined;
    this.#failures = 0;
    this.#deps.works(stream, frame);
  }

  lost(_stream: MonitoredStream, loss: Loss) {
    this.#stream = undefined;
    if (loss.kind === "unauthenticated") this.#deps.unauthenticated();
    else this.later();
  }
}
