import type { Frame } from "./frame";
import type { Clock, Loss, Stream, Transport } from "./transport";

/** How frames are had: pushed by a socket, or asked for. */
export type TransportKind = "socket" | "polling";

/** The server speaks every 20 s at least. This long without a word, and a stream counts as broken. */
export const silenceMs = 45_000;
/** The first frame comes at once. A socket that opens and says nothing is one that something in between swallows. */
export const firstFrameMs = 8_000;

/** Receives what one stream brings: the connection, or the probe while it tries the socket. */
export interface StreamListener {
  frame(stream: MonitoredStream, frame: Frame): void;
  /** At most once, and nothing after it. */
  lost(stream: MonitoredStream, loss: Loss): void;
}

/** A stream that ends itself when it has been silent for too long. */
export class MonitoredStream {
  readonly kind: TransportKind;
  /** It has brought a frame that fits. */
  established = false;
  lastFrameAt = 0;
  listener: StreamListener;
  readonly #clock: Clock;
  readonly #stream: Stream;
  #open = true;
  #cancel = () => {};

  /** Opens it, right behind a cursor. The listener hears nothing before this returns. */
  constructor(kind: TransportKind, transport: Transport, clock: Clock, cursor: string, listener: StreamListener) {
    this.kind = kind;
    this.listener = listener;
    this.#clock = clock;
    this.#watch();
    this.#stream = transport.open(cursor, {
      frame: (frame) => this.#receive(frame),
      lost: (loss) => this.#end(loss),
    });
  }

  /** Closes it. Its listener hears nothing more. */
  close() {
    this.#open = false;
    this.#cancel();
    this.#stream.close();
  }

  #receive(frame: Frame) {
    if (!this.#open) return;
    this.lastFrameAt = this.#clock.now();
    this.#watch();
    this.listener.frame(this, frame);
  }

  #watch() {
    this.#cancel();
    const swallowed = this.kind === "socket" && this.lastFrameAt === 0;
    this.#cancel = this.#clock.after(swallowed ? firstFrameMs : silenceMs, () => {
      this.#end(
        swallowed
          ? { kind: "failed", cause: blocked, swallowed }
          : { kind: "failed", cause: silent, since: this.lastFrameAt },
      );
    });
  }

  #end(loss: Loss) {
    if (!this.#open) return;
    this.close();
    this.listener.lost(this, loss);
  }
}

const blocked = "Something between this page and the server lets no live connection through.";
const silent = "Nothing was heard from the server for 45 seconds.";
