/** What a client works with that is not the same twice: the network, time and chance. Tests bring their own. */
export interface Surroundings {
  fetch: typeof fetch;
  /** Milliseconds since 1970. */
  now(): number;
  /** Acts after so many milliseconds, unless the function that it returns is called before. */
  after(ms: number, act: () => void): () => void;
  /** Lets so many milliseconds pass, or fails with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
  /** At least 0 and less than 1. */
  random(): number;
}

export const REAL: Surroundings = {
  // Looked up at each call: browsers want it called on the global object, and what instruments it may come later.
  fetch: (input, init) => globalThis.fetch(input, init),
  now: () => Date.now(),
  after,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = (): void => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = after(ms, () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      });
      signal?.addEventListener("abort", abort, { once: true });
    }),
  random: () => Math.random(),
};

function after(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
}
