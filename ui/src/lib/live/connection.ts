import { Problem } from "../problem";
import { backoff } from "./backoff";
import type { Frame } from "./frame";
import { MonitoredStream, type StreamListener, type TransportKind } from "./monitored-stream";
import { pollEveryMs } from "./polling";
import { Probe } from "./probe";
import { type LiveState, sameState } from "./state";
import { type Subscriber, Subscribers } from "./subscribers";
import type { Clock, Failure, Loss, Transport } from "./transport";

/** Where the first page ended: its cursor, and the seq of its newest delivery. */
export interface Start {
  cursor: string;
  seq: number | undefined;
}

/** What a connection needs from its page, all of it replaceable in tests. */
export interface ConnectionDeps extends Record<TransportKind, Transport> {
  clock: Clock;
  /** As Math.random. */
  random: () => number;
  /** Loads the first page: to begin with, and whenever the server says that our cursor leads nowhere. */
  load(): Promise<Start>;
  /** The session is over. The connection has stopped. */
  unauthenticated(): void;
  /** Whether the device believes that it has a network. */
  online(): boolean;
}

/** One heartbeat late: reason enough to connect anew when someone looks at the page again. */
const lateMs = 25_000;
/** What loading the first page may take. */
const loadMs = 15_000;
/** A try this old may have begun before the device slept. */
const oldTryMs = 2_000;
/** Between two answers of polling a notice may be missed: subscribers are told so this often. */
const noticeMs = 30_000;
/** From so many failures of the socket on, polling is tried as well. */
const socketTries = 2;

/**
 * Keeps a reader at the head of the log. It holds one cursor and takes a frame only where the frame begins at that
 * cursor: whatever happens to the connections, subscribers are told everything, in order, once.
 */
export class Connection implements StreamListener {
  readonly #deps: ConnectionDeps;
  readonly #subscribers = new Subscribers();
  readonly #listeners = new Set<() => void>();
  readonly #probe: Probe;
  #state: LiveState = { kind: "connecting" };
  #running = false;
  #cursor: string | undefined;
  #seq: number | undefined;

  #stream: MonitoredStream | undefined;
  /** Counts tries, so that the page that an older one asked for is not taken. */
  #tries = 0;
  #triedAt = 0;
  #waiting = false;
  #cancel = () => {};

  #lostAt = 0;
  #noticedAt = 0;
  #cause = "";
  /** In a row, over all transports. */
  #failures = 0;
  /** In a row, of the socket alone. */
  #socketFailures = 0;
  /** In a row, without a frame in between. */
  #resets = 0;
  /** Since the connection was made, until it has caught up. */
  #received = 0;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
    this.#probe = new Probe({
      clock: deps.clock,
      random: deps.random,
      dial: (probe) => this.#dial("socket", this.#cursor ?? "", probe),
      works: (stream, frame) => this.#takeOver(stream, frame),
      unauthenticated: () => this.#expel(),
    });
  }

  get state(): LiveState {
    return this.#state;
  }

  /** Calls the listener after each change of `state`. The returned function ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells a subscriber everything from now on. The returned function ends that. */
  follow(subscriber: Subscriber): () => void {
    return this.#subscribers.add(subscriber);
  }

  /** Begins; a second call does nothing. */
  start() {
    if (this.#running) return;
    this.#running = true;
    this.#lostAt = this.#deps.clock.now();
    this.#try("socket");
  }

  /** Ends. */
  stop() {
    this.#running = false;
    this.#drop();
  }

  /** Waits no longer: someone looks at the page again, or asks. `suspect` is a reason to doubt what seems to work. */
  wake({ suspect = false } = {}) {
    if (!this.#running) return;
    const now = this.#deps.clock.now();
    const stream = this.#stream;
    if (this.#waiting) this.#try("socket");
    else if (!stream?.established) {
      if (suspect || now - this.#triedAt > oldTryMs) this.#try(stream?.kind ?? "socket");
    } else if (suspect || now - stream.lastFrameAt > lateMs) {
      this.#lostAt = suspect ? now : stream.lastFrameAt;
      this.#show({ kind: "connecting", cause: "The connection is being checked." });
      this.#try(stream.kind);
      if (stream.kind === "polling") this.#probe.now();
    } else if (stream.kind === "polling") this.#probe.now();
  }

  #try(kind: TransportKind) {
    this.#drop();
    this.#triedAt = this.#deps.clock.now();
    if (this.#failures > 0) this.#showOffline(undefined);
    if (this.#cursor === undefined) this.#load();
    else this.#stream = this.#dial(kind, this.#cursor, this);
  }

  #dial(kind: TransportKind, cursor: string, listener: StreamListener): MonitoredStream {
    return new MonitoredStream(kind, this.#deps[kind], this.#deps.clock, cursor, listener);
  }

  #drop() {
    this.#tries++;
    this.#waiting = false;
    this.#cancel();
    this.#probe.stop();
    this.#stream?.close();
    this.#stream = undefined;
  }

  #load() {
    const mine = this.#tries;
    const current = () => this.#running && mine === this.#tries;
    this.#cancel = this.#deps.clock.after(loadMs, () => this.#failed("The server does not answer."));
    this.#deps.load().then(
      ({ cursor, seq }) => {
        if (!current()) return;
        this.#cursor = cursor;
        this.#seq = seq;
        this.#try("socket");
      },
      (error: unknown) => {
        if (!current()) return;
        if (error instanceof Problem && error.status === 401) this.#expel();
        else this.#failed(error instanceof Error ? error.message : "The deliveries could not be loaded.");
      },
    );
  }

  /** Accepts a frame of the current stream if it begins at the cursor. */
  frame(stream: MonitoredStream, frame: Frame) {
    if (stream !== this.#stream) return;
    if (frame.reset) this.#reset();
    else if (frame.from === this.#cursor) this.#accept(stream, frame);
    else {
      stream.close();
      this.lost(stream, { kind: "failed", cause: "Something was left out on the way." });
    }
  }

  #accept(stream: MonitoredStream, frame: Frame) {
    const first = !stream.established;
    stream.established = true;
    this.#cursor = frame.to;
    this.#failures = this.#resets = 0;
    if (stream.kind === "socket") this.#socketFailures = 0;
    if (first) this.#received = 0;
    for (const update of frame.updates) {
      if (update.kind !== "delivery") continue;
      this.#seq = update.seq;
      this.#received++;
    }
    if (first || (stream.kind === "polling" && stream.lastFrameAt - this.#noticedAt > noticeMs)) {
      this.#noticedAt = stream.lastFrameAt;
      this.#subscribers.missed();
    }
    this.#subscribers.notify(frame.updates);
    if (stream !== this.#stream) return; // a listener may have stopped the connection
    if (first && stream.kind === "polling") this.#probe.later();
    this.#showProgress(stream, frame);
  }

  #showProgress({ kind }: MonitoredStream, { to, head }: Frame) {
    if (kind === "polling") return this.#show({ kind: "polling", everyMs: pollEveryMs, cause: this.#cause });
    if (to !== head) return this.#show({ kind: "catching-up", received: this.#received });
    this.#received = 0;
    this.#show({ kind: "live", seq: this.#seq });
  }

  /** The socket works again. Polling may have moved on since it was opened; then it is opened once more from there. */
  #takeOver(stream: MonitoredStream, frame: Frame) {
    this.#drop();
    this.#socketFailures = 0;
    if (frame.reset || frame.from === this.#cursor) {
      stream.listener = this;
      this.#stream = stream;
      return this.frame(stream, frame);
    }
    stream.close();
    this.#try("socket");
  }

  /** Our cursor leads nowhere any more: begin again with the first page. Where that does not help, in no hurry. */
  #reset() {
    this.#cursor = undefined;
    this.#lostAt = this.#deps.clock.now();
    this.#resets++;
    if (this.#resets > 1) return this.#failed("The server does not know the cursor that it gave.");
    this.#show({ kind: "connecting", cause: "The log has changed, and is loaded again." });
    this.#try("socket");
  }

  /** Reconnects after the current stream has ended. */
  lost(stream: MonitoredStream, loss: Loss) {
    if (stream !== this.#stream) return;
    if (loss.kind === "unauthenticated") return this.#expel();
    if (loss.kind === "cursor") return this.#reset();
    if (stream.established) this.#broke(stream.kind, loss);
    else if (stream.kind === "polling") this.#failed(loss.cause, loss.pauseMs);
    else this.#socketFailed(loss);
  }

  /** A stream that worked has broken: reconnects soon, over the same transport. */
  #broke(kind: TransportKind, { cause, pauseMs = 0, since = this.#deps.clock.now() }: Failure) {
    this.#lostAt = since;
    this.#wait(Math.max(pauseMs, backoff(1, this.#deps.random)), kind);
    this.#show({ kind: "connecting", cause: this.#describeCause(cause) });
  }

  #socketFailed({ cause, swallowed = false }: Failure) {
    this.#socketFailures += swallowed ? socketTries : 1;
    this.#cause = cause;
    if (this.#socketFailures >= socketTries) return this.#try("polling");
    this.#wait(backoff(1, this.#deps.random), "socket");
    if (this.#state.kind === "polling") this.#show({ kind: "connecting", cause });
  }

  /** No transport works: the next attempt waits longer after each failure. */
  #failed(cause: string, pauseMs = 0) {
    this.#failures++;
    this.#cause = this.#describeCause(cause);
    const ms = Math.max(pauseMs, backoff(this.#failures, this.#deps.random));
    this.#wait(ms, "socket");
    this.#showOffline(this.#deps.clock.now() + ms);
  }

  #wait(ms: number, kind: TransportKind) {
    this.#drop();
    this.#waiting = true;
    this.#cancel = this.#deps.clock.after(ms, () => this.#try(kind));
  }

  #expel() {
    this.stop();
    this.#show({ kind: "offline", since: this.#deps.clock.now(), nextTry: undefined, cause: "You are logged out." });
    this.#deps.unauthenticated();
  }

  #describeCause(cause: string): string {
    return this.#deps.online() ? cause : "This device is offline.";
  }

  #showOffline(nextTry: number | undefined) {
    this.#show({ kind: "offline", since: this.#lostAt, nextTry, cause: this.#cause });
  }

  #show(state: LiveState) {
    if (sameState(state, this.#state)) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
