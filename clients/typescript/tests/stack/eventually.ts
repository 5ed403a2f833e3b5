import { setTimeout as pass } from "node:timers/promises";

const WITHIN_MS = 30_000;
const INTERVAL_MS = 100;

/** What `look` answers, as soon as it is as expected. That it never is fails the test. */
export async function eventually<T>(look: () => Promise<T>, expected: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const value = await look();
    if (expected(value)) return value;
    if (Date.now() > deadline) throw new Error(`Not so within ${WITHIN_MS} ms. Last: ${JSON.stringify(value)}`);
    await pass(INTERVAL_MS);
  }
}
