import type { Frame } from "./frame";
import type { Clock, Loss, Stream, Transport } from "./transport";

/** The ways to get frames. */
export type Way = "socket" | "polling";

/** The server speaks every 20 s at least. This long without a word, and a line counts as broken. */
export const silenceMs = 45_000;
/** The first frame comes at once. A socket that opens and says nothing is one that something in between swallows. */
export const firstFrameMs = 8_000;

/** Who holds a line. */
export interface Holder {
  frame(line: Line, frame: Frame): void;
  /** At most once, and nothing after it. */
  lost(line: Line, loss: Loss): void;
}

/** A stream that is given up when nothing is heard of it. */
export class Line {
  readonly way: Way;
  /** It has brought a frame that fits. */
  established = false;
  heardAt = 0;
  holder: Holder;
  readonly #clock: Clock;
  readonly #stream: Stream;
  #open = true;
  #cancel = () => {};

  /** Opens it, right behind a cursor. The holder hears nothing before this returns. */
  constructor(way: Way, transport: Transport, clock: Clock, cursor: string, holder: Holder) {
    this.way = way;
    this.holder = holder;
    this.#clock = clock;
    this.#watch();
    this.#stream = transport.open(cursor, {
      frame: (frame) => this.#heard(frame),
      lost: (loss) => this.#end(loss),
    });
  }

  /** Closes it. Its holder hears nothing more. */
  close() {
    this.#open = false;
    this.#cancel();
    this.#stream.close();
  }

  #heard(frame: Frame) {
    if (!this.#open) return;
    this.heardAt = this.#clock.now();
    this.#watch();
    this.holder.frame(this, frame);
  }

  #watch() {
    this.#cancel();
    const swallowed = this.way === "socket" && this.heardAt === 0;
    this.#cancel = this.#clock.after(swallowed ? firstFrameMs : silenceMs, () => {
      this.#end(
        swallowed
          ? { kind: "failed", cause: blocked, swallowed }
          : { kind: "failed", cause: silent, since: this.heardAt },
      );
    });
  }

  #end(loss: Loss) {
    if (!this.#open) return;
    this.close();
    this.holder.lost(this, loss);
  }
}

const blocked = "Something between this page and the server lets no live connection through.";
const silent = "Nothing was heard from the server for 45 seconds.";
