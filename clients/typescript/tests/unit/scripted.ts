/** An API that answers by a script, in a world where no time passes. */

import { Connection, type ConnectionOptions } from "../../dist/connection.js";
import type { Surroundings } from "../../dist/surroundings.js";
import { Webhooks } from "../../dist/webhooks.js";

export const API_KEY = "rail_key_that_nobody_may_see";
export const EVENT = { id: "evt_1", type: "contract.created", status: "pending", deliveries: [] };

/** What a request meets: an answer, a broken connection, or silence until somebody ends it. */
export type Step = Response | Error | "silence";

export interface Sent {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
  redirect: string | undefined;
}

export class ScriptedApi {
  readonly requests: Sent[] = [];
  /** How long was waited before each repeat, in milliseconds. */
  readonly pauses: number[] = [];
  /** The time-outs that were set, in milliseconds. */
  readonly timeouts: number[] = [];
  /** What happens when a request has come, when it is met by silence, and when a pause begins. */
  onRequest: () => void = () => undefined;
  onSilence: () => void = () => undefined;
  onPause: () => void = () => undefined;
  random = 0.5;
  now = Date.parse("2026-11-24T09:30:00Z");
  readonly #script: Step[];
  readonly #timers = new Set<() => void>();

  constructor(...script: Step[]) {
    this.#script = script;
  }

  webhooks(options: Partial<ConnectionOptions> = {}): Webhooks {
    const connection = { apiKey: API_KEY, baseUrl: "https://api.example.com/stage/", ...options };
    return new Webhooks(new Connection(connection, this.#surroundings));
  }

  get openTimers(): number {
    return this.#timers.size;
  }

  /** Lets the time-out of what is under way pass. */
  timeOut(): void {
    for (const act of [...this.#timers]) act();
  }

  get #surroundings(): Surroundings {
    return {
      fetch: async (url, init) => this.#answer(String(url), init ?? {}),
      now: () => this.now,
      after: (ms, act) => {
        this.timeouts.push(ms);
        this.#timers.add(act);
        return () => void this.#timers.delete(act);
      },
      sleep: async (ms, signal) => {
        this.pauses.push(ms);
        this.onPause();
        signal?.throwIfAborted();
      },
      random: () => this.random,
    };
  }

  async #answer(url: string, init: RequestInit): Promise<Response> {
    const { method = "GET", headers, body, signal, redirect } = init;
    const text = typeof body === "string" ? body : undefined;
    this.requests.push({ method, url, headers: Object.fromEntries(new Headers(headers)), body: text, redirect });
    const step = this.#script.shift();
    if (step === undefined) throw new Error("The script has no answer to this request.");
    this.onRequest();
    if (step === "silence") return this.#silence(signal);
    if (step instanceof Error) throw step;
    return step;
  }

  /** What `fetch` does with a request that nobody answers. */
  async #silence(signal: AbortSignal | null | undefined): Promise<never> {
    await new Promise<void>((resolve) => {
      signal?.addEventListener("abort", () => resolve());
      this.onSilence();
    });
    throw signal?.reason;
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

/** An error as the rail answers it. */
export function refused(status: number, code: string, headers: Record<string, string> = {}): Response {
  return json(status, { error: { code, message: `It is ${code}.` }, requestId: "request-1" }, headers);
}

/** What `fetch` throws where nobody listens. */
export function connectionRefused(): Error {
  return new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:1") });
}
