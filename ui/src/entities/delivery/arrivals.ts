// Passes the number of newly received deliveries from the live cache to the parts that count or announce them.

const listeners = new Set<(count: number) => void>();

/** Notifies subscribers of the number of deliveries in each live update. The live cache calls `announce`. */
export const arrivals = {
  subscribe(listener: (count: number) => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  announce(count: number) {
    for (const listener of listeners) listener(count);
  },
};
