import type { Update } from "./frame";

/** A part of the page that follows the log: in the dashboard only the live cache, app/live-cache.ts. */
export interface Subscriber {
  /** What is new, in the order of the log, each update once. */
  updates?(updates: readonly Update[]): void;
  /** Notices may have been missed: what they tell of must be fetched again. */
  missed?(): void;
}

/** All subscribers of a connection. An exception of one is reported and does not reach the others. */
export class Subscribers {
  readonly #all = new Set<Subscriber>();

  add(subscriber: Subscriber): () => void {
    this.#all.add(subscriber);
    return () => void this.#all.delete(subscriber);
  }

  notify(updates: readonly Update[]) {
    if (updates.length > 0) this.#each((subscriber) => subscriber.updates?.(updates));
  }

  missed() {
    this.#each((subscriber) => subscriber.missed?.());
  }

  #each(notify: (subscriber: Subscriber) => void) {
    for (const subscriber of this.#all) {
      try {
        notify(subscriber);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
