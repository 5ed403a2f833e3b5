/** Reads answers: those of the API, those of API Gateway before it, and those of whatever else is in between. */

import { ApiError, type ErrorCode } from "./errors.js";
import type { components } from "./schema.js";

type ErrorAnswer = components["schemas"]["ErrorAnswer"];

/** What the statuses mean that API Gateway answers by itself, with `{"message":"…"}`. */
const OF_THE_GATEWAY: Readonly<Record<number, ErrorCode>> = {
  403: "FORBIDDEN",
  404: "NO_SUCH_ROUTE",
  413: "PAYLOAD_TOO_LARGE",
  429: "RATE_LIMITED",
  500: "INTERNAL",
  502: "UNAVAILABLE",
  503: "UNAVAILABLE",
  504: "UNAVAILABLE",
};

const NO_CONTENT = 204;

/** What was read of an answer. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** The JSON of a good answer, nothing where there is none by its status, or the error that it says. */
export function read(answer: Answer, now: number): unknown {
  if (answer.status === NO_CONTENT) return undefined;
  const isGood = answer.status >= 200 && answer.status < 300;
  const body = parsed(answer.text);
  if (isGood && isObject(body)) return body;
  return isGood ? unexpected(answer) : refusal(answer, body, now);
}

function refusal(answer: Answer, body: unknown, now: number): ApiError {
  const { status } = answer;
  const retryAfterMs = retryAfter(answer.headers.get("retry-after"), now);
  if (isErrorAnswer(body)) return new ApiError({ ...body.error, requestId: body.requestId, status, retryAfterMs });

  const requestId = answer.headers.get("apigw-requestid");
  const code = OF_THE_GATEWAY[status];
  // A proxy says 429 or 503 in a form of its own: it means the same. Its 404 is no answer to whether something exists.
  if (code === undefined) return unexpected(answer);
  const said = isObject(body) && typeof body["message"] === "string" ? body["message"] : `status ${status}`;
  return new ApiError({ code, message: explained(code, said), status, requestId, retryAfterMs });
}

function explained(code: ErrorCode, said: string): string {
  return code === "NO_SUCH_ROUTE" ? `there is no such route, is baseUrl the API's? (${said})` : `${said} (${code})`;
}

function unexpected({ status, headers }: Answer): ApiError {
  const message = `status ${status} with a body that is not the API's`;
  return new ApiError({ code: "UNEXPECTED_ANSWER", message, status, requestId: headers.get("apigw-requestid") });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isErrorAnswer(body: unknown): body is ErrorAnswer {
  if (!isObject(body) || !isObject(body["error"])) return false;
  return typeof body["error"]["code"] === "string" && typeof body["error"]["message"] === "string";
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^[0-9]+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
