// One request to the API, and what its refusal is.

import { refused, session } from "../session/session";
import type { ErrorAnswer } from "./objects";

/** Why the API did not do what it was asked for. */
export class ApiProblem extends Error {
  readonly status: number;
  /** Null where the API's gateway answered by itself. */
  readonly code: string | null;
  readonly details: readonly { field: string; message: string }[];
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(answer: Response, body: Partial<ErrorAnswer> | null) {
    super(body?.error?.message ?? `The API answered with status ${answer.status}`);
    this.status = answer.status;
    this.code = body?.error?.code ?? null;
    this.details = body?.error?.details ?? [];
    this.requestId = body?.requestId ?? null;
    this.retryAfterSeconds = Number(answer.headers.get("retry-after")) || null;
  }
}

/** Where a 429 says no time. */
const QUIET_SECONDS = 10;

/** Until when the API asked to be left alone. */
let quietUntil = 0;

/** Whether what nobody waits for, such as refreshing a list, may ask now. */
export const isWelcome = () => Date.now() >= quietUntil;

export interface Call {
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  signal?: AbortSignal | undefined;
  /** In place of that of the session. */
  key?: string;
}

/** The text of the answer. */
export async function text(method: string, path: string, call: Call = {}): Promise<string> {
  const key = call.key ?? session.peek().key ?? "";
  const answer = await fetch(address(path, call.query), {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(call.body === undefined ? {} : { "content-type": "application/json" }),
    },
    cache: "no-store",
    credentials: "omit",
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    ...(call.signal ? { signal: call.signal } : {}),
  });
  if (!answer.ok) {
    if (answer.status === 401) refused(key);
    const problem = new ApiProblem(answer, await answer.json().catch(() => null));
    if (answer.status === 429) quietUntil = Date.now() + (problem.retryAfterSeconds ?? QUIET_SECONDS) * 1000;
    throw problem;
  }
  return answer.text();
}

/** The object that is answered. */
export async function object<T>(method: string, path: string, call: Call = {}): Promise<T> {
  return JSON.parse(await text(method, path, call)) as T;
}

/** Where a path of the API lies: beside this page, wherever that is. */
export function address(path: string, query: Call["query"] = {}): URL {
  const url = new URL(`v1/webhooks/${path}`, location.href);
  url.hash = "";
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") url.searchParams.set(name, String(value));
  }
  return url;
}
