import type { Clock } from "../transport";

interface Timer {
  at: number;
  run: () => void;
}

/** A clock that moves only when a test moves it. Promises settle between two of its timers. */
export class FakeClock implements Clock {
  #now = Date.UTC(2026, 10, 23, 14, 0);
  readonly #timers = new Set<Timer>();

  now = () => this.#now;

  after(ms: number, run: () => void) {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Lets so much time pass, and everything happen that is due. */
  async pass(ms: number) {
    const end = this.#now + ms;
    await settle();
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.at);
      timer.run();
      await settle();
    }
    this.#now = end;
  }

  /** The device sleeps: time passes, and nothing happens. */
  sleep(ms: number) {
    this.#now += ms;
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
    return first;
  }
}

/** Lets promises settle that wait for nothing but each other. */
export async function settle() {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}
