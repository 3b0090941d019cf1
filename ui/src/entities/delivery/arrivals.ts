const listeners = new Set<(count: number) => void>();

/**
 * Says how many deliveries the live connection brings, as it brings them. The live cache announces them; whatever
 * counts or reads them out subscribes here.
 */
export const arrivals = {
  subscribe(listener: (count: number) => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  announce(count: number) {
    for (const listener of listeners) listener(count);
  },
};
