import type { Clock } from "../src/lib/live/transport";

/** The server speaks at once. A socket that opens and says nothing is one that something in between swallows. */
export const firstWordMs = 4_000;
/** The server speaks every 20 s. This long without a word, and a socket counts as broken. */
export const silenceMs = 45_000;

interface Listener {
  /** False: it is nothing that can be read. */
  message(text: string): boolean;
  /** At most once, and nothing after it. */
  lost(): void;
}

/** A socket that is given up when nothing is heard of it. */
export class StatusSocket {
  /** It has spoken. */
  established = false;
  /** When it spoke last; when it was opened where it has not. */
  lastMessageAt: number;
  readonly openedAt: number;
  readonly #clock: Clock;
  readonly #listener: Listener;
  #socket: WebSocket | undefined;
  #open = true;
  #cancel = () => {};

  /** Opens it. The listener hears nothing before this returns. */
  constructor(url: string, Socket: () => typeof WebSocket, clock: Clock, listener: Listener) {
    this.#clock = clock;
    this.#listener = listener;
    this.openedAt = this.lastMessageAt = clock.now();
    this.#within(firstWordMs);
    try {
      const socket = new (Socket())(url);
      this.#socket = socket;
      socket.onmessage = ({ data }) => this.#receive(data);
      socket.onclose = () => this.#end();
    } catch {
      this.#within(0); // no sockets here, or none to there
    }
  }

  send(message: object) {
    this.#socket?.send(JSON.stringify(message));
  }

  /** Closes it. The listener hears nothing more. */
  close() {
    if (!this.#open) return;
    this.#open = false;
    this.#cancel();
    this.#socket?.close();
  }

  #receive(text: unknown) {
    if (!this.#open) return;
    this.established = true;
    this.lastMessageAt = this.#clock.now();
    this.#within(silenceMs);
    if (typeof text !== "string" || !this.#listener.message(text)) this.#end();
  }

  #within(ms: number) {
    this.#cancel();
    this.#cancel = this.#clock.after(ms, () => this.#end());
  }

  #end() {
    if (!this.#open) return;
    this.close();
    this.#listener.lost();
  }
}
