import { readFrame } from "./frame";
import { type Clock, type Loss, type Receiver, realClock, type Stream, type Transport } from "./transport";

/** While nothing happens it asks this often; when something does, the answer comes at once. */
export const pollEveryMs = 3000;

/** Between two answers that had news, so that a busy log does not become a busy loop. */
const restMs = 250;

/** What an answer may take beyond the wait. */
const patienceMs = 10_000;

/** Frames by asking for them. `url` is the address without a query. */
export function pollingTransport(
  url: string,
  ask: typeof fetch = (...request) => fetch(...request),
  clock: Clock = realClock,
): Transport {
  return { open: (after, receiver) => new Poll(url, ask, clock, after, receiver) };
}

class Poll implements Stream {
  readonly #url: string;
  readonly #ask: typeof fetch;
  readonly #clock: Clock;
  readonly #receiver: Receiver;
  readonly #stop = new AbortController();
  #cancel = () => {};

  constructor(url: string, ask: typeof fetch, clock: Clock, after: string, receiver: Receiver) {
    this.#url = url;
    this.#ask = ask;
    this.#clock = clock;
    this.#receiver = receiver;
    void this.#next(after, 0);
  }

  close() {
    this.#stop.abort();
    this.#cancel();
  }

  async #next(after: string, waitMs: number) {
    const tooLong = this.#clock.after(waitMs + patienceMs, () => this.#lose(noAnswer));
    const query = `after=${encodeURIComponent(after)}&wait=${waitMs}ms`;
    const answer = await this.#text(`${this.#url}?${query}`);
    tooLong();
    if (this.#stop.signal.aborted) return;
    if (typeof answer !== "string") return this.#lose(answer);
    const frame = readFrame(answer);
    if (!frame) return this.#lose(unreadable);
    this.#receiver.frame(frame);
    if (this.#stop.signal.aborted) return;
    const behind = frame.to !== frame.head;
    this.#cancel = this.#clock.after(
      behind ? 0 : restMs,
      () => void this.#next(frame.to, behind ? 0 : pollEveryMs - restMs),
    );
  }

  async #text(url: string): Promise<string | Loss> {
    try {
      const answer = await this.#ask(url, { signal: this.#stop.signal, cache: "no-store" });
      return answer.ok ? await answer.text() : refusal(answer);
    } catch {
      return noAnswer;
    }
  }

  #lose(loss: Loss) {
    if (this.#stop.signal.aborted) return;
    this.close();
    this.#receiver.lost(loss);
  }
}

const noAnswer: Loss = { kind: "failed", cause: "The server cannot be reached." };
const unreadable: Loss = { kind: "failed", cause: "The server sent something that this page cannot read." };

function refusal({ status, headers }: Response): Loss {
  if (status === 401) return { kind: "unauthenticated" };
  if (status === 400) return { kind: "cursor" };
  const seconds = Number.parseInt(headers.get("Retry-After") ?? "", 10);
  const cause = status === 503 ? "The server is not ready." : `The server answered ${status}.`;
  return { kind: "failed", cause, ...(seconds > 0 && { pauseMs: seconds * 1000 }) };
}
