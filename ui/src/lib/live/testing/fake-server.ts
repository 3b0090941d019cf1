import type { Delivery } from "../../api";
import { Problem } from "../../problem";
import type { Start } from "../connection";
import type { Frame, Update } from "../frame";
import type { Loss, Receiver, Stream, Transport } from "../transport";
import type { FakeClock } from "./fake-clock";

const latencyMs = 5;
const heartbeatMs = 20_000;
const pollMs = 3000;

/** Updates in one frame at most, so that catching up takes several. */
const frameSize = 3;

export function delivery(seq: number): Delivery {
  const received_at = "2026-11-23T14:00:00.000Z";
  return {
    id: `dlv_${seq}`,
    seq,
    endpoint: "ep_1",
    method: "POST",
    path: "/",
    size: 2,
    verdict: "unsigned",
    received_at,
  };
}

/** A log and the two ways to it, as the contract describes them. Each can be broken. */
export class FakeServer {
  /** What the ways do to whoever comes: refuse, stay mute, or work. */
  sockets: "work" | "refuse" | "mute" = "work";
  polls: "work" | "refuse" = "work";
  pages: "work" | "refuse" = "work";
  /** What the first page takes. */
  pageMs = 0;
  loggedIn = true;
  head = 0;
  oldest = 0;
  opened = { socket: 0, polling: 0, page: 0 };
  #epoch = 1;
  readonly #clock: FakeClock;
  readonly #sockets = new Set<FakeSocket>();

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** Stores so many deliveries. */
  store(count = 1) {
    this.head += count;
    for (const socket of this.#sockets) socket.flush();
  }

  /** Ends every socket, as a proxy or a restart does. */
  cut(cause = "The live connection broke.") {
    for (const socket of [...this.#sockets]) socket.end({ kind: "failed", cause });
  }

  /** Every socket stays open and says nothing more, as when a network changes under it. */
  silence() {
    for (const socket of this.#sockets) socket.silent = true;
  }

  /** Another database takes this one's place. */
  restore(head: number) {
    this.#epoch++;
    this.head = head;
    this.oldest = 0;
    this.cut();
  }

  /** Sends one frame to every socket as it is. */
  send(frame: Frame) {
    for (const socket of this.#sockets) socket.send(frame);
  }

  cursor = (seq: number) => `e${this.#epoch}-${seq}`;

  readonly socket: Transport = {
    open: (after, receiver) => {
      this.opened.socket++;
      const socket = new FakeSocket(this, this.#clock, after, receiver, () => this.#sockets.delete(socket));
      this.#sockets.add(socket);
      return socket;
    },
  };

  readonly polling: Transport = {
    open: (after, receiver) => {
      this.opened.polling++;
      return new FakePoll(this, this.#clock, after, receiver);
    },
  };

  load = async (): Promise<Start> => {
    this.opened.page++;
    await new Promise<void>((answer) => this.#clock.after(this.pageMs, answer));
    if (!this.loggedIn) throw new Problem(401, "unauthenticated", "Log in.");
    if (this.pages === "refuse") throw new Problem(0, "unreachable", "The server cannot be reached.");
    return { cursor: this.cursor(this.head), seq: this.head || undefined };
  };

  /** The next frame of a reader, and where it then stands; undefined where it has everything. */
  frame(after: string): Frame {
    const [epoch, seq] = [after.slice(1, after.indexOf("-")), Number(after.slice(after.indexOf("-") + 1))];
    const reset = Number(epoch) !== this.#epoch || seq < this.oldest;
    const from = reset ? this.head : seq;
    const to = Math.min(from + frameSize, this.head);
    const updates: Update[] = [];
    for (let n = from + 1; n <= to; n++) updates.push({ kind: "delivery", seq: n, delivery: delivery(n) });
    return { from: this.cursor(from), to: this.cursor(to), head: this.cursor(this.head), reset, updates };
  }
}

class FakeSocket implements Stream {
  silent = false;
  #at: string;
  #open = false;
  #done = false;
  #cancel = () => {};

  constructor(
    private readonly server: FakeServer,
    private readonly clock: FakeClock,
    after: string,
    private readonly receiver: Receiver,
    private readonly gone: () => void,
  ) {
    this.#at = after;
    this.#cancel = clock.after(latencyMs, () => this.#answer());
  }

  #answer() {
    if (this.server.sockets === "mute") return;
    if (this.server.sockets === "refuse" || !this.server.loggedIn)
      return this.end({ kind: "failed", cause: "Refused." });
    this.#open = true;
    this.#sendNext();
  }

  flush() {
    if (!this.#open || this.#done) return;
    this.#cancel();
    this.#cancel = this.clock.after(latencyMs, () => this.#sendNext());
  }

  #sendNext() {
    this.#cancel();
    const frame = this.server.frame(this.#at);
    this.#at = frame.to;
    this.send(frame);
    this.#cancel = this.clock.after(frame.to === frame.head ? heartbeatMs : latencyMs, () => this.#sendNext());
  }

  send(frame: Frame) {
    if (!this.silent && !this.#done) this.receiver.frame(frame);
  }

  end(loss: Loss) {
    if (this.#done) return;
    this.close();
    this.receiver.lost(loss);
  }

  close() {
    this.#done = true;
    this.#cancel();
    this.gone();
  }
}

class FakePoll implements Stream {
  #cancel: () => void;
  #done = false;

  constructor(
    private readonly server: FakeServer,
    private readonly clock: FakeClock,
    after: string,
    private readonly receiver: Receiver,
  ) {
    this.#cancel = clock.after(latencyMs, () => this.#ask(after));
  }

  #ask(after: string) {
    if (!this.server.loggedIn) return this.#end({ kind: "unauthenticated" });
    if (this.server.polls === "refuse") return this.#end({ kind: "failed", cause: "The server cannot be reached." });
    const frame = this.server.frame(after);
    this.receiver.frame(frame);
    if (this.#done) return;
    this.#cancel = this.clock.after(frame.to === frame.head ? pollMs : latencyMs, () => this.#ask(frame.to));
  }

  #end(loss: Loss) {
    this.close();
    this.receiver.lost(loss);
  }

  close() {
    this.#done = true;
    this.#cancel();
  }
}
