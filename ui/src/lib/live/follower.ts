import type { Update } from "./frame";

/** Who follows the log. */
export interface Follower {
  /** What is new, in the order of the log, each update once. */
  updates?(updates: readonly Update[]): void;
  /** Notices may have been missed: what they tell of must be fetched again. */
  missed?(): void;
}

/** Everyone who follows. A follower that breaks harms nobody else. */
export class Followers {
  readonly #all = new Set<Follower>();

  add(follower: Follower): () => void {
    this.#all.add(follower);
    return () => void this.#all.delete(follower);
  }

  tell(updates: readonly Update[]) {
    if (updates.length > 0) this.#each((follower) => follower.updates?.(updates));
  }

  missed() {
    this.#each((follower) => follower.missed?.());
  }

  #each(tell: (follower: Follower) => void) {
    for (const follower of this.#all) {
      try {
        tell(follower);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
