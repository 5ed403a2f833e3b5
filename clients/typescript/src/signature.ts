/** Verifies what an endpoint received. Needs no client and no connection. */

import { WebhookVerificationError } from "./errors.js";

/** What an endpoint receives. */
export interface WebhookEvent<Data = Record<string, unknown>> {
  /** The event's id, the same at every attempt: remember those you have handled. */
  id: string;
  /** What happened, such as `contract.created`. */
  type: string;
  /** When it was published. */
  created: string;
  /** The particulars. Numbers in it are read as JavaScript reads them. */
  data: Data;
  metadata: { tenantId: string; [name: string]: unknown };
}

/** The headers of a request, by name. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

/** The value of the header `x-iof-signature`, or all headers, of which those of Standard Webhooks are then verified. */
export type WebhookSignature = string | readonly string[] | null | undefined | WebhookHeaders;

export interface VerifyOptions {
  /** By how much the time of signing may differ from now: 300 seconds, if absent. */
  toleranceSeconds?: number;
  /** The time to judge by: now, if absent. */
  now?: Date;
}

/** What a request claims: when which texts were signed, by one of these signatures. */
interface Claim {
  key: Uint8Array<ArrayBuffer>;
  signedAt: string;
  /** What is signed before the body. */
  prefix: string;
  signatures: Uint8Array[];
}

const TOLERANCE_SECONDS = 300;
const UTF8 = new TextEncoder();

/**
 * The event that was received, if its signature is genuine. A promise, because Web Crypto answers with one.
 *
 * @param rawBody the body as it was received, before any parser touched it
 * @param signature the value of `x-iof-signature`, or all headers, to verify `webhook-signature` with `webhook-id` and
 *   `webhook-timestamp`
 * @param secret the endpoint's signing secret, as it was shown
 * @throws WebhookVerificationError when it is not genuine; its `reason` says why
 */
export async function verify<Data = Record<string, unknown>>(
  rawBody: string | Uint8Array | ArrayBuffer,
  signature: WebhookSignature,
  secret: string,
  options: VerifyOptions = {},
): Promise<WebhookEvent<Data>> {
  const body = bytesOf(rawBody);
  if (typeof secret !== "string" || secret === "") throw new TypeError("verify needs the endpoint's signing secret");
  const claim = isHeaders(signature) ? standardClaim(signature, secret) : timedClaim(signature, secret);
  judgeTime(Number(claim.signedAt), options);

  const expected = await hmac(claim.key, concatenated(UTF8.encode(claim.prefix), body));
  const fitting = claim.signatures.filter((given) => equal(given, expected));
  if (fitting.length === 0) throw new WebhookVerificationError("no_match", "no signature fits this body and secret");
  return parsed<Data>(body);
}

function bytesOf(rawBody: string | Uint8Array | ArrayBuffer): Uint8Array {
  if (typeof rawBody === "string") return UTF8.encode(rawBody);
  if (rawBody instanceof ArrayBuffer) return new Uint8Array(rawBody);
  if (ArrayBuffer.isView(rawBody)) return rawBody;
  throw new TypeError("verify needs the raw body: the text or bytes that were received, not what a parser made of them");
}

function isHeaders(signature: WebhookSignature): signature is WebhookHeaders {
  return typeof signature === "object" && signature !== null && !Array.isArray(signature);
}

/** `t=<unix time>,v1=<hex>`, over `<t>.<body>`; the key is the secret as it is written. */
function timedClaim(header: string | readonly string[] | null | undefined, secret: string): Claim {
  const text = single(header);
  if (!text) throw new WebhookVerificationError("missing_header", "the signature header is missing");
  const fields = text.split(",").map((field) => field.trim());
  const times = valuesAfter("t=", fields);
  const signatures = valuesAfter("v1=", fields);
  const [signedAt] = times;
  if (times.length !== 1 || !isUnixTime(signedAt) || signatures.length === 0) {
    throw new WebhookVerificationError("malformed_header", "the signature header is not t=…,v1=…");
  }
  return { key: UTF8.encode(secret), signedAt, prefix: `${signedAt}.`, signatures: signatures.flatMap(fromHex) };
}

/** Standard Webhooks: `v1,<base64>`, over `<webhook-id>.<webhook-timestamp>.<body>`. */
function standardClaim(headers: WebhookHeaders, secret: string): Claim {
  const id = required(headers, "webhook-id");
  const signedAt = required(headers, "webhook-timestamp");
  const signatures = valuesAfter("v1,", required(headers, "webhook-signature").split(" "));
  if (!isUnixTime(signedAt)) {
    throw new WebhookVerificationError("malformed_header", "webhook-timestamp is no time in seconds");
  }
  if (signatures.length === 0) {
    throw new WebhookVerificationError("malformed_header", "webhook-signature has no signature of the form v1,…");
  }
  return { key: standardKey(secret), signedAt, prefix: `${id}.${signedAt}.`, signatures: signatures.flatMap(fromBase64) };
}

function required(headers: WebhookHeaders, name: string): string {
  const value = valueOf(headers, name);
  if (!value) throw new WebhookVerificationError("missing_header", `${name} is missing`);
  return value;
}

function valueOf(headers: WebhookHeaders, name: string): string | null {
  if (typeof headers.get === "function") return headers.get(name);
  const found = Object.entries(headers).filter(([given]) => given.toLowerCase() === name);
  return single(found.flatMap(([, value]) => value ?? []));
}

/** A header that came several times is one with commas in between (RFC 9110, 5.3). */
function single(value: string | readonly string[] | null | undefined): string | null {
  return value === null || value === undefined || typeof value === "string" ? (value ?? null) : value.join(",");
}

function valuesAfter(prefix: string, fields: string[]): string[] {
  return fields.filter((field) => field.startsWith(prefix)).map((field) => field.slice(prefix.length));
}

function isUnixTime(text: string | undefined): text is string {
  return text !== undefined && /^[0-9]{1,15}$/.test(text);
}

function judgeTime(signedAt: number, { toleranceSeconds = TOLERANCE_SECONDS, now = new Date() }: VerifyOptions): void {
  const ageSeconds = now.getTime() / 1000 - signedAt;
  // Written so that what is no number lets nothing pass.
  if (!(ageSeconds <= toleranceSeconds)) {
    throw new WebhookVerificationError("too_old", `signed more than ${toleranceSeconds} s ago`);
  }
  if (!(ageSeconds >= -toleranceSeconds)) {
    throw new WebhookVerificationError("too_new", `signed more than ${toleranceSeconds} s ahead of the clock here`);
  }
}

/** The bytes that `whsec_` is the base64 of; any other secret is the key itself. */
function standardKey(secret: string): Uint8Array<ArrayBuffer> {
  if (!secret.startsWith("whsec_")) return UTF8.encode(secret);
  const [key] = fromBase64(secret.slice("whsec_".length));
  if (!key?.length) throw new TypeError("the signing secret begins with whsec_ and is not base64 after it");
  return key;
}

/** What is no base64 is no signature: it fits nothing, beside others that may. */
function fromBase64(text: string): Uint8Array<ArrayBuffer>[] {
  try {
    return [Uint8Array.from(atob(text), (character) => character.charCodeAt(0))];
  } catch {
    return [];
  }
}

function fromHex(text: string): Uint8Array[] {
  if (!/^([0-9a-f]{2})+$/i.test(text)) return [];
  return [Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))];
}

function concatenated(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

async function hmac(key: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
}

/** Takes as long wherever they differ, so that how long it takes tells nobody how much of a guess was right. */
function equal(given: Uint8Array, expected: Uint8Array): boolean {
  if (given.length !== expected.length) return false;
  let difference = 0;
  for (const [index, byte] of expected.entries()) difference |= byte ^ (given[index] ?? 0);
  return difference === 0;
}

function parsed<Data>(body: Uint8Array): WebhookEvent<Data> {
  let event: unknown;
  try {
    event = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    // Without the parser's error, which quotes the body.
    throw new WebhookVerificationError("malformed_body", "the body is no JSON");
  }
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    throw new WebhookVerificationError("malformed_body", "the body is no JSON object");
  }
  return event as WebhookEvent<Data>;
}
