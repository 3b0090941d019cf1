import { backoff } from "../src/lib/live/backoff";
import { type Clock, realClock } from "../src/lib/live/transport";
import type { Answer } from "./fetch-status";
import { Polling } from "./polling";
import { StatusSocket } from "./socket";
import { type Line, type PublicStatus, parse, readStatus } from "./status";
import { onWake, whenPainted } from "./visibility";

export interface WatchOptions {
  /** Where Hookbeam is, its path included: "https://hooks.example.com". */
  url: string;
  /** The language of titles and notes: "de". */
  lang?: string | undefined;
  /** Takes each status that differs from the one before it. */
  onChange(status: PublicStatus): void;
  onLine?(line: Line): void;
  /** What is shown already. */
  initial?: PublicStatus | undefined;

  /** The far ends, for tests. */
  fetch?: typeof globalThis.fetch;
  WebSocket?: typeof globalThis.WebSocket;
  clock?: Clock;
  /** As Math.random. */
  random?: () => number;
  /** Runs once, when what was changed just now can be seen; the result cancels. */
  painted?: (run: () => void) => () => void;
}

export interface Watching {
  stop(): void;
}

/** Between two tries of the socket while polling: at least, and about this long more at first. */
const [dialLeastMs, dialFirstMs] = [1_000, 5_000];
/** Between two questions that fail, where the server asks for no other pause. */
const [askLeastMs, askFirstMs] = [250, 1_000];
/** What pauses grow to. */
const longestMs = 60_000;
/** A socket that lived this long worked. */
const livedMs = 15_000;
/** One heartbeat late: reason enough to connect anew when someone looks at the page again. */
const lateMs = 25_000;
/** A question this young needs no other. */
const youngMs = 1_000;
/** Between two questions after a final state, where the server names no pause: at least, and else. */
const [finalLeastS, finalS] = [5, 60];

/**
 * Watches one status: by a socket, else by asking. After a final state it keeps the socket that it has, since a refund
 * can follow, and without one asks now and then. It begins in a moment, not before it returns.
 */
export function watch(token: string, options: WatchOptions): Watching {
  return new Watch(token, options);
}

class Watch implements Watching {
  readonly #options: WatchOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #address: string;
  readonly #query: string;
  readonly #polling: Polling;
  /** Until it is stopped. */
  #open = true;
  #line: Line | undefined;
  #deafen = () => {};

  #known = "";
  #state = "";
  /** Nothing is expected to follow, so nothing hurries. */
  #final = false;
  #pauseMs = finalS * 1000;
  /** Set while the state waits to be seen. */
  #unseen: (() => void) | undefined;

  #socket: StatusSocket | undefined;
  #socketFailures = 0;
  #noDial = () => {};
  /** Of questions, in a row. */
  #failures = 0;

  constructor(token: string, options: WatchOptions) {
    const { url, lang, fetch = (...request) => globalThis.fetch(...request) } = options;
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#random = options.random ?? Math.random;
    const path = `${url.replace(/\/?$/, "/")}api/v1/status/${encodeURIComponent(token)}`;
    this.#address = new URL(path, document.baseURI).href;
    this.#query = lang ? `v=2&lang=${encodeURIComponent(lang)}` : "v=2";
    this.#polling = new Polling(this.#address, this.#query, fetch, this.#clock, (answer) => this.#answered(answer));
    this.#noDial = this.#clock.after(0, () => this.#begin());
  }

  stop() {
    this.#open = false;
    this.#deafen();
    this.#noDial();
    this.#polling.stop();
    this.#unseen?.();
    this.#socket?.close();
  }

  #begin() {
    this.#deafen = onWake((suspect) => this.#wake(suspect));
    const { initial } = this.#options;
    if (initial) this.#take(initial, true);
    if (!this.#open) return;
    if (this.#final) this.#rest();
    else this.#dial();
  }

  /** Asks again in a while, where nothing is expected to follow. */
  #rest(leastMs = 0) {
    this.#noDial();
    this.#polling.askIn(Math.max(leastMs, this.#pauseMs));
  }

  #dial() {
    this.#noDial();
    this.#socket?.close();
    const url = `${this.#address.replace("http", "ws")}/live?${this.#query}`;
    const socket: StatusSocket = new StatusSocket(
      url,
      () => this.#options.WebSocket ?? globalThis.WebSocket,
      this.#clock,
      {
        message: (text) => this.#receive(text),
        lost: () => this.#lost(socket),
      },
    );
    this.#socket = socket;
  }

  #receive(text: string): boolean {
    const status = readStatus(parse(text));
    if (!status) return false;
    if (!this.#open) return true;
    this.#failures = 0;
    this.#polling.stop(); // its answer would be older
    const { shown } = this.#polling;
    if (shown) this.#saw(shown);
    this.#show("live");
    this.#take(status);
    return true;
  }

  #lost({ established, openedAt }: StatusSocket) {
    this.#socket = undefined;
    if (!this.#open) return;
    if (this.#final) return this.#rest();
    const worked = established && this.#clock.now() - openedAt > livedMs;
    this.#socketFailures = worked ? 1 : this.#socketFailures + 1;
    const ms = dialLeastMs + backoff(this.#socketFailures, this.#random, dialFirstMs, longestMs);
    this.#noDial = this.#clock.after(ms, () => this.#dial());
    if (established) this.#show("polling");
    // Whoever was live was cut together with many others.
    if (!this.#polling.busy) this.#polling.askIn(established ? backoff(1, this.#random) : 0);
  }

  /** Someone looks at the page again. `suspect` is a reason to doubt what seems to work. */
  #wake(suspect: boolean) {
    const now = this.#clock.now();
    if (now - this.#polling.askedAt < youngMs) return;
    const socket = this.#socket;
    if (socket && (suspect || now - socket.lastMessageAt > lateMs)) {
      if (socket.established) this.#show("polling");
      this.#dial();
    }
    void this.#polling.ask();
  }

  #answered(answer: Answer) {
    const live = this.#socket?.established === true;
    if (answer.kind === "gone") {
      this.#show("gone");
      return this.stop();
    }
    if (answer.kind === "failed") {
      if (!live) this.#failed(answer.pauseMs);
      return;
    }
    const again = this.#failures > 0 || this.#final;
    this.#failures = 0;
    if (!live) this.#show("polling");
    if (answer.kind === "status") this.#take(answer.status);
    if (!this.#open || live) return;
    if (this.#final) return this.#rest();
    if (again && !this.#socket) this.#dial();
    this.#polling.askOn();
  }

  #failed(pauseMs: number) {
    if (this.#final) return this.#rest(pauseMs);
    this.#failures++;
    this.#show("offline");
    const ms = backoff(this.#failures, this.#random, askFirstMs, longestMs);
    this.#polling.askIn(Math.max(askLeastMs, pauseMs + ms));
  }

  #take(status: PublicStatus, shown = false) {
    const text = JSON.stringify(status);
    if (text !== this.#known) {
      this.#known = text;
      if (!shown) this.#options.onChange(status);
      if (!this.#open) return; // by a callback
      if (status.status !== this.#state) this.#await(status.status);
    }
    this.#pauseMs = Math.max(finalLeastS, status.poll_after ?? finalS) * 1000;
    if (status.final === this.#final) return;
    this.#final = status.final;
    this.#show(this.#socket?.established ? "live" : "polling");
  }

  /** Has the server told when a state can be seen. That nothing is known yet is not worth telling. */
  #await(state: string) {
    this.#state = state;
    this.#unseen?.();
    this.#unseen = undefined;
    if (state === "waiting") return;
    this.#unseen = (this.#options.painted ?? whenPainted)(() => {
      this.#unseen = undefined;
      this.#saw(state);
    });
  }

  #saw(state: string) {
    const socket = this.#socket;
    if (socket?.established) {
      this.#polling.shown = undefined;
      socket.send({ shown: state });
    } else this.#polling.shown = state;
    if (this.#final) this.#polling.sayShown(); // the next question is far
  }

  /** After a final state it matters no more how news come. */
  #show(how: Line) {
    const line = this.#final ? "done" : how;
    if (line === this.#line) return;
    this.#line = line;
    this.#options.onLine?.(line);
  }
}
