/**
 * Runs at most once in `ms`, however often it is called: that long after the first call. `stop` cancels a run that is
 * due.
 */
export function throttle(ms: number, run: () => void): { (): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const call = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      run();
    }, ms);
  };
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return Object.assign(call, { stop });
}
