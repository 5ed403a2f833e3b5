/** What can go wrong, as classes. Mistakes in how this package is called are `TypeError`s, as everywhere. */

/** What every error of this package is. */
export class WebhooksError extends Error {
  override readonly name: string = "WebhooksError";
}

/** What programs know an error of the API by. More may come. */
export type ErrorCode =
  | "VALIDATION_FAILED"
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "CONFLICT"
  | "PAYLOAD_TOO_LARGE"
  | "IDEMPOTENCY_KEY_REUSED"
  | "RATE_LIMITED"
  | "INTERNAL"
  | "UNAVAILABLE"
  /** There is no such path: `baseUrl` is wrong, or the API is older than this client. */
  | "NO_SUCH_ROUTE"
  /** The answer is none of the API's: something else answered, or something in between. */
  | "UNEXPECTED_ANSWER"
  | (string & {});

/** What is wrong with one field of a request. */
export interface ErrorDetail {
  /** A path into the body, the name of a query parameter or of a header. */
  field: string;
  message: string;
}

/** What an `ApiError` is made of. */
export interface Refusal {
  code: ErrorCode;
  message: string;
  status: number;
  requestId?: string | null;
  details?: readonly ErrorDetail[];
  retryAfterMs?: number | null;
}

/** The API answered, and did not do what was asked for. */
export class ApiError extends WebhooksError {
  override readonly name: string = "ApiError";
  readonly code: ErrorCode;
  /** The HTTP status. */
  readonly status: number;
  /** The id under which the rail's log knows the request, where the answer has one. */
  readonly requestId: string | null;
  /** Which fields to mend, and how. */
  readonly details: readonly ErrorDetail[];
  /** How long the answer asks to wait (`Retry-After`), in milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.code = refusal.code;
    this.status = refusal.status;
    this.requestId = refusal.requestId ?? null;
    this.details = refusal.details ?? [];
    this.retryAfterMs = refusal.retryAfterMs ?? null;
  }
}

/** There was no answer. Whether the request was carried out is not known. `cause` is what `fetch` threw. */
export class ConnectionError extends WebhooksError {
  override readonly name: string = "ConnectionError";
}

/** There was no answer in time. Whether the request was carried out is not known. */
export class TimeoutError extends ConnectionError {
  override readonly name: string = "TimeoutError";
}

/** Why a request that was received is not taken for genuine. */
export type VerificationFailure =
  | "missing_header"
  | "malformed_header"
  | "too_old"
  | "too_new"
  /** No signature fits: another secret, or a body that is not the one that was sent, byte for byte. */
  | "no_match"
  /** The signature is genuine, and the body is no JSON object. */
  | "malformed_body";

/** A request that was received is not genuine. Answer 400, and do not act on its body. */
export class WebhookVerificationError extends WebhooksError {
  override readonly name: string = "WebhookVerificationError";
  readonly reason: VerificationFailure;

  constructor(reason: VerificationFailure, message: string) {
    super(message);
    this.reason = reason;
  }
}
