import type { Clock } from "../src/lib/live/transport";
import { type Answer, fetchStatus } from "./fetch-status";

/** How long the server is asked to hold an answer until there is news. */
const holdS = 25;
/** What an answer may take beyond that. */
const patienceMs = 10_000;
/** An answer that was held at least this long was held. */
const heldMs = 10_000;
/** After news, so that a busy payment does not become a busy loop. */
const restMs = 250;
/** Between two questions to a server that does not hold them. */
const everyMs = 3_000;

/** One question at a time: a new one takes the place of the one before it. */
export class Polling {
  /** When it asked last. */
  askedAt = Number.NEGATIVE_INFINITY;
  /** A state that was shown, for the server to know. */
  shown: string | undefined;
  readonly #address: string;
  readonly #always: string;
  readonly #fetch: typeof fetch;
  readonly #clock: Clock;
  readonly #onAnswer: (answer: Answer) => void;
  #etag: string | undefined;
  #request: AbortController | undefined;
  #cancel: (() => void) | undefined;
  /** How long the next question may wait, for it to come with the last answer's news. */
  #nextMs = restMs;

  /** `always` is the part of the query that every question has. */
  constructor(
    address: string,
    always: string,
    fetch: typeof globalThis.fetch,
    clock: Clock,
    onAnswer: (answer: Answer) => void,
  ) {
    this.#address = address;
    this.#always = always;
    this.#fetch = fetch;
    this.#clock = clock;
    this.#onAnswer = onAnswer;
  }

  /** A question is on its way, or will be. */
  get busy(): boolean {
    return (this.#request ?? this.#cancel) !== undefined;
  }

  stop() {
    this.#cancel?.();
    this.#request?.abort();
    this.#cancel = this.#request = undefined;
  }

  /** Asks in a while. */
  askIn(ms: number, hold = false) {
    this.stop();
    this.#cancel = this.#clock.after(ms, () => void this.ask(hold));
  }

  /** Asks on, after an answer: the server holds the next one until there is news. */
  askOn() {
    this.askIn(this.#nextMs, true);
  }

  /** Asks now. `mayHold`: the answer may wait for news, if there is nothing to tell the server at once. */
  async ask(mayHold = false) {
    this.stop();
    const { now, after } = this.#clock;
    const request = new AbortController();
    const { shown } = this;
    const hold = mayHold && !shown;
    const askedAt = now();
    this.#request = request;
    this.askedAt = askedAt;
    const tooLong = after((hold ? holdS * 1000 : 0) + patienceMs, () => request.abort());
    const url = this.#url(hold && `wait=${holdS}s`, shown && `shown=${encodeURIComponent(shown)}`);
    const answer = await fetchStatus(url, this.#etag, request.signal, this.#fetch, now);
    tooLong();
    if (this.#request !== request) return;
    this.#request = undefined;
    if (answer.kind === "status") this.#etag = answer.etag;
    if (answer.kind !== "failed" && this.shown === shown) this.shown = undefined;
    const held = !hold || answer.kind === "status" || now() - askedAt > heldMs;
    this.#nextMs = held && this.#etag ? restMs : everyMs;
    this.#onAnswer(answer);
  }

  /** Says what was shown where no question will follow. Nobody waits for the answer. */
  sayShown() {
    if (!this.shown) return;
    const url = this.#url(`shown=${encodeURIComponent(this.shown)}`);
    this.shown = undefined;
    this.#fetch(url, { keepalive: true }).catch(() => {});
  }

  #url(...query: (string | false | undefined)[]): string {
    return `${this.#address}?${[this.#always, ...query].filter(Boolean).join("&")}`;
  }
}
