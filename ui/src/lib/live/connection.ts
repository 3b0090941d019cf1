import { Problem } from "../problem";
import { backoff } from "./backoff";
import { type Follower, Followers } from "./follower";
import type { Frame } from "./frame";
import { type Holder, Line, type Way } from "./line";
import { pollEveryMs } from "./polling";
import { Probe } from "./probe";
import { type LiveState, sameState } from "./state";
import type { Clock, Failure, Loss, Transport } from "./transport";

/** Where the first page ended: its cursor, and the seq of its newest delivery. */
export interface Start {
  cursor: string;
  seq: number | undefined;
}

/** What a connection lives among. */
export interface Surroundings extends Record<Way, Transport> {
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
/** Between two answers of polling a notice may be missed: followers are told so this often. */
const noticeMs = 30_000;
/** From so many failures of the socket on, polling is tried as well. */
const socketTries = 2;

/**
 * Keeps a reader at the head of the log. It holds one cursor and takes a frame only where the frame begins at that
 * cursor: whatever happens to the connections, followers are told everything, in order, once.
 */
export class Connection implements Holder {
  readonly #around: Surroundings;
  readonly #followers = new Followers();
  readonly #listeners = new Set<() => void>();
  readonly #probe: Probe;
  #state: LiveState = { kind: "connecting" };
  #running = false;
  #cursor: string | undefined;
  #seq: number | undefined;

  #line: Line | undefined;
  /** Counts tries, so that the page that an older one asked for is not taken. */
  #tries = 0;
  #triedAt = 0;
  #waiting = false;
  #cancel = () => {};

  #lostAt = 0;
  #noticedAt = 0;
  #cause = "";
  /** In a row, of every way. */
  #failures = 0;
  /** In a row, of the socket. */
  #socketFailures = 0;
  /** In a row, without a frame in between. */
  #resets = 0;
  /** Since the connection was made, until it has caught up. */
  #received = 0;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#probe = new Probe({
      clock: around.clock,
      random: around.random,
      dial: (probe) => this.#dial("socket", this.#cursor ?? "", probe),
      works: (line, frame) => this.#takeOver(line, frame),
      unauthenticated: () => this.#expel(),
    });
  }

  get state(): LiveState {
    return this.#state;
  }

  /** Tells of changes of the state; returns how to stop. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Has a follower told of everything from now on; returns how to stop. */
  follow(follower: Follower): () => void {
    return this.#followers.add(follower);
  }

  /** Begins; a second call does nothing. */
  start() {
    if (this.#running) return;
    this.#running = true;
    this.#lostAt = this.#around.clock.now();
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
    const now = this.#around.clock.now();
    const line = this.#line;
    if (this.#waiting) this.#try("socket");
    else if (!line?.established) {
      if (suspect || now - this.#triedAt > oldTryMs) this.#try(line?.way ?? "socket");
    } else if (suspect || now - line.heardAt > lateMs) {
      this.#lostAt = suspect ? now : line.heardAt;
      this.#show({ kind: "connecting", cause: "The connection is being checked." });
      this.#try(line.way);
      if (line.way === "polling") this.#probe.now();
    } else if (line.way === "polling") this.#probe.now();
  }

  #try(way: Way) {
    this.#drop();
    this.#triedAt = this.#around.clock.now();
    if (this.#failures > 0) this.#showOffline(undefined);
    if (this.#cursor === undefined) this.#load();
    else this.#line = this.#dial(way, this.#cursor, this);
  }

  #dial(way: Way, cursor: string, holder: Holder): Line {
    return new Line(way, this.#around[way], this.#around.clock, cursor, holder);
  }

  #drop() {
    this.#tries++;
    this.#waiting = false;
    this.#cancel();
    this.#probe.stop();
    this.#line?.close();
    this.#line = undefined;
  }

  #load() {
    const mine = this.#tries;
    const current = () => this.#running && mine === this.#tries;
    this.#cancel = this.#around.clock.after(loadMs, () => this.#failed("The server does not answer."));
    this.#around.load().then(
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

  /** Takes what a line brings, where it fits. */
  frame(line: Line, frame: Frame) {
    if (line !== this.#line) return;
    if (frame.reset) this.#reset();
    else if (frame.from === this.#cursor) this.#accept(line, frame);
    else {
      line.close();
      this.lost(line, { kind: "failed", cause: "Something was left out on the way." });
    }
  }

  #accept(line: Line, frame: Frame) {
    const first = !line.established;
    line.established = true;
    this.#cursor = frame.to;
    this.#failures = this.#resets = 0;
    if (line.way === "socket") this.#socketFailures = 0;
    if (first) this.#received = 0;
    for (const update of frame.updates) {
      if (update.kind !== "delivery") continue;
      this.#seq = update.seq;
      this.#received++;
    }
    if (first || (line.way === "polling" && line.heardAt - this.#noticedAt > noticeMs)) {
      this.#noticedAt = line.heardAt;
      this.#followers.missed();
    }
    this.#followers.tell(frame.updates);
    if (line !== this.#line) return; // whoever was told may have stopped us
    if (first && line.way === "polling") this.#probe.later();
    this.#showProgress(line, frame);
  }

  #showProgress({ way }: Line, { to, head }: Frame) {
    if (way === "polling") return this.#show({ kind: "polling", everyMs: pollEveryMs, cause: this.#cause });
    if (to !== head) return this.#show({ kind: "catching-up", received: this.#received });
    this.#received = 0;
    this.#show({ kind: "live", seq: this.#seq });
  }

  /** The socket works again. Polling may have moved on since it was opened; then it is opened once more from there. */
  #takeOver(line: Line, frame: Frame) {
    this.#drop();
    this.#socketFailures = 0;
    if (frame.reset || frame.from === this.#cursor) {
      line.holder = this;
      this.#line = line;
      return this.frame(line, frame);
    }
    line.close();
    this.#try("socket");
  }

  /** Our cursor leads nowhere any more: begin again with the first page. Where that does not help, in no hurry. */
  #reset() {
    this.#cursor = undefined;
    this.#lostAt = this.#around.clock.now();
    this.#resets++;
    if (this.#resets > 1) return this.#failed("The server does not know the cursor that it gave.");
    this.#show({ kind: "connecting", cause: "The log has changed, and is loaded again." });
    this.#try("socket");
  }

  /** Goes on without a line that broke. */
  lost(line: Line, loss: Loss) {
    if (line !== this.#line) return;
    if (loss.kind === "unauthenticated") return this.#expel();
    if (loss.kind === "cursor") return this.#reset();
    if (line.established) this.#broke(line.way, loss);
    else if (line.way === "polling") this.#failed(loss.cause, loss.pauseMs);
    else this.#socketFailed(loss);
  }

  /** What worked works no more: back soon, the same way. */
  #broke(way: Way, { cause, pauseMs = 0, since = this.#around.clock.now() }: Failure) {
    this.#lostAt = since;
    this.#wait(Math.max(pauseMs, backoff(1, this.#around.random)), way);
    this.#show({ kind: "connecting", cause: this.#say(cause) });
  }

  #socketFailed({ cause, swallowed = false }: Failure) {
    this.#socketFailures += swallowed ? socketTries : 1;
    this.#cause = cause;
    if (this.#socketFailures >= socketTries) return this.#try("polling");
    this.#wait(backoff(1, this.#around.random), "socket");
    if (this.#state.kind === "polling") this.#show({ kind: "connecting", cause });
  }

  /** No way works. */
  #failed(cause: string, pauseMs = 0) {
    this.#failures++;
    this.#cause = this.#say(cause);
    const ms = Math.max(pauseMs, backoff(this.#failures, this.#around.random));
    this.#wait(ms, "socket");
    this.#showOffline(this.#around.clock.now() + ms);
  }

  #wait(ms: number, way: Way) {
    this.#drop();
    this.#waiting = true;
    this.#cancel = this.#around.clock.after(ms, () => this.#try(way));
  }

  #expel() {
    this.stop();
    this.#show({ kind: "offline", since: this.#around.clock.now(), nextTry: undefined, cause: "You are logged out." });
    this.#around.unauthenticated();
  }

  #say(cause: string): string {
    return this.#around.online() ? cause : "This device is offline.";
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
