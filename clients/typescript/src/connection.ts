import { read, type Answer } from "./answers.js";
import { ApiError, ConnectionError, TimeoutError } from "./errors.js";
import { isUncertain, pause, pauseAfter, type Failure } from "./repeating.js";
import type { Surroundings } from "./surroundings.js";

/** How to reach the API. */
export interface ConnectionOptions {
  /** An API key. It is shown by nothing that this package makes: no error, and no inspection of the client. */
  apiKey: string;
  /** Where the API is, without `/v1`; a path is kept. In a page that the API itself serves: `location.origin`. */
  baseUrl: string;
  /**
   * How long each try of a request may take, in milliseconds: 35,000, if absent. The API itself may take 30 seconds, and whoever
   * goes earlier does not know what became of the request.
   */
  timeoutMs?: number;
  /** How often a request is sent at most: 4 times, if absent. 1 repeats nothing. */
  maxTries?: number;
  /** What sends requests: the global `fetch`, if absent. */
  fetch?: typeof fetch;
}

/** What each call may be given besides. */
export interface RequestOptions {
  /** Ends the call, with the signal's reason, whatever it is at. */
  signal?: AbortSignal;
  /** As `timeoutMs` of the client. */
  timeoutMs?: number;
}

/** One request, as a route wants it. */
export interface ApiRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** From `/v1` on, each part escaped. */
  path: string;
  query?: object;
  body?: unknown;
  idempotencyKey?: string;
  /** Whether carrying it out twice is as good as once. */
  isIdempotent: boolean;
  /** Whether it removes what it names: once that is gone, a repeat has come too late and not in vain. */
  removes?: boolean;
  /** Whether a good answer leaves something to be done by repeating the request. */
  isIncomplete?(answer: unknown): boolean;
}

type Try = { answer: unknown; failure?: never } | { answer?: never; failure: Failure };

const TIMEOUT_MS = 35_000;
const MAX_TRIES = 4;
const NOT_FOUND = 404;

/** The API, as one key reaches it: sends requests, each as often as is needed and safe. */
export class Connection {
  readonly #apiKey: string;
  readonly #baseUrl: string;
  readonly #timeoutMs: number;
  readonly #maxTries: number;
  readonly #surroundings: Surroundings;

  constructor(options: ConnectionOptions, surroundings: Surroundings) {
    const { apiKey, baseUrl, timeoutMs = TIMEOUT_MS, maxTries = MAX_TRIES, fetch = surroundings.fetch } = options;
    // Judged here: `fetch` would quote it.
    if (!isVisibleAscii(apiKey)) throw new TypeError("apiKey must be an API key: visible ASCII characters alone");
    if (!isPlainHttpUrl(baseUrl)) throw new TypeError("baseUrl must be an http(s) URL without credentials, query and fragment");
    if (!Number.isInteger(maxTries) || maxTries < 1) throw new TypeError("maxTries must be an integer of 1 or more");
    this.#apiKey = apiKey;
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#timeoutMs = checkedTimeout(timeoutMs);
    this.#maxTries = maxTries;
    this.#surroundings = { ...surroundings, fetch };
  }

  /** The answer to a request. */
  async send(request: ApiRequest, { signal, timeoutMs = this.#timeoutMs }: RequestOptions = {}): Promise<unknown> {
    const url = this.#baseUrl + request.path + queryString(request.query);
    const init = this.#init(request);
    checkedTimeout(timeoutMs);
    let mayBeDone = false;
    for (let tries = 1; ; tries += 1) {
      const { answer, failure } = await this.#try(url, init, signal, timeoutMs);
      if (failure && request.removes && mayBeDone && isNotFound(failure)) return undefined;
      const pauseMs = tries < this.#maxTries ? this.#pauseAfter(request, failure, answer, tries) : null;
      if (pauseMs === null) {
        if (failure) throw failure;
        return answer;
      }
      mayBeDone ||= failure !== undefined && isUncertain(failure);
      await this.pass(pauseMs, signal);
    }
  }

  /** Lets time pass, unless the signal ends it. */
  async pass(ms: number, signal?: AbortSignal): Promise<void> {
    await this.#surroundings.sleep(ms, signal);
  }

  #init({ method, body, idempotencyKey }: ApiRequest): RequestInit {
    const headers: Record<string, string> = { authorization: `Bearer ${this.#apiKey}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (idempotencyKey !== undefined) headers["idempotency-key"] = checkedKey(idempotencyKey);
    // The API redirects nowhere; following would repeat a request as another one.
    return { method, headers, redirect: "manual", ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  }

  #pauseAfter(request: ApiRequest, failure: Failure | undefined, answer: unknown, tries: number): number | null {
    const random = this.#surroundings.random();
    if (failure) return pauseAfter(failure, request.isIdempotent, tries, random);
    return request.isIncomplete?.(answer) ? pause(tries, random) : null;
  }

  async #try(url: string, init: RequestInit, signal: AbortSignal | undefined, timeoutMs: number): Promise<Try> {
    const answer = await this.#ask(url, init, signal, timeoutMs);
    if (answer instanceof ConnectionError) return { failure: answer };
    const said = read(answer, this.#surroundings.now());
    return said instanceof ApiError ? { failure: said } : { answer: said };
  }

  async #ask(
    url: string,
    init: RequestInit,
    signal: AbortSignal | undefined,
    timeoutMs: number,
  ): Promise<Answer | ConnectionError> {
    signal?.throwIfAborted();
    // AbortSignal.any would do, if those of Node 20 did not stay with a caller's signal for as long as that lives.
    const end = new AbortController();
    const abort = (): void => end.abort(signal?.reason);
    let timedOut = false;
    const cancel = this.#surroundings.after(timeoutMs, () => {
      timedOut = true;
      end.abort();
    });
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const response = await this.#surroundings.fetch(url, { ...init, signal: end.signal });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (cause) {
      signal?.throwIfAborted();
      if (timedOut) return new TimeoutError(`no answer within ${timeoutMs} ms`, { cause });
      return new ConnectionError(`no answer: ${reasonOf(cause)}`, { cause });
    } finally {
      cancel();
      signal?.removeEventListener("abort", abort);
    }
  }
}

function isVisibleAscii(text: unknown): text is string {
  return typeof text === "string" && /^[!-~]+$/.test(text);
}

function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#]/.test(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username + password === "";
}

function checkedTimeout(ms: number): number {
  if (!(ms > 0 && ms < 2 ** 31)) throw new TypeError("timeoutMs must be more than 0 and less than 2^31");
  return ms;
}

function checkedKey(key: string): string {
  if (!isVisibleAscii(key) || key.length > 255) throw new TypeError("an idempotency key is 1 to 255 visible ASCII characters");
  return key;
}

function isNotFound(failure: Failure): boolean {
  return failure instanceof ApiError && failure.status === NOT_FOUND;
}

/** `fetch` says why in the cause of its error, where it says it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message ? error.cause.message : error.message;
}

function queryString(query: object = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const texts = given.map(([name, value]) => [name, value instanceof Date ? value.toISOString() : String(value)]);
  return texts.length === 0 ? "" : `?${new URLSearchParams(texts)}`;
}
