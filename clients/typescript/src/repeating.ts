/** Decides whether a request is sent again, and when. */

import { ApiError, ConnectionError } from "./errors.js";

/** What one try of a request failed with. */
export type Failure = ApiError | ConnectionError;

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;
/** Whoever asks for more is not waited for: the caller is told instead. */
const LONGEST_RETRY_AFTER_MS = 60_000;
/** Faults of the rail's side, and of API Gateway before it. */
const FAULTS: readonly number[] = [500, 502, 503, 504];
const TOO_MANY_REQUESTS = 429;

/** Whether it is open if the request was carried out. One that met a rate limit was not. */
export function isUncertain(failure: Failure): boolean {
  return failure instanceof ConnectionError || FAULTS.includes(failure.status);
}

/**
 * How long to wait before the next try, in milliseconds; null if there must be none.
 *
 * @param isIdempotent whether carrying it out twice is as good as once
 * @param tries how many there were
 */
export function pauseAfter(failure: Failure, isIdempotent: boolean, tries: number, random: number): number | null {
  const mayRepeat = isUncertain(failure) ? isIdempotent : failure instanceof ApiError && failure.status === TOO_MANY_REQUESTS;
  const wanted = (failure instanceof ApiError && failure.retryAfterMs) || 0;
  if (!mayRepeat || wanted > LONGEST_RETRY_AFTER_MS) return null;
  return wanted + pause(tries, random);
}

/** Full jitter: any time up to a bound that doubles with each try, so that clients that failed together do not return together. */
export function pause(tries: number, random: number): number {
  return random * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
}
