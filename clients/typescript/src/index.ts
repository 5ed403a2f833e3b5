export { IOF } from "./client.js";
export type { ConnectionOptions, RequestOptions } from "./connection.js";
export { ApiError, ConnectionError, TimeoutError, WebhooksError, WebhookVerificationError } from "./errors.js";
export type { ErrorCode, ErrorDetail, VerificationFailure } from "./errors.js";
export type * from "./objects.js";
export type { List } from "./pages.js";
export { verify } from "./signature.js";
export type { VerifyOptions, WebhookEvent, WebhookHeaders, WebhookSignature } from "./signature.js";
export type { PublishOptions, WaitOptions, Webhooks } from "./webhooks.js";
