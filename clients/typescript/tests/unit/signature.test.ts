import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { IOF, verify, WebhookVerificationError, type VerificationFailure, type WebhookSignature } from "@iof/webhooks";
import { Webhook } from "standardwebhooks";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PLAIN_SECRET = "a secret that is no base64, in plain words".replaceAll(" ", "-");
const NOW = new Date("2026-11-24T09:30:00Z");
const SIGNED_AT = NOW.getTime() / 1000;
const BODY =
  '{"id":"evt_1","type":"contract.created","created":"…","data":{"name":"Jürgen 😀"},"metadata":{"tenantId":"acme"}}';

/** Of the specification of Standard Webhooks. */
const PUBLISHED = {
  body: '{"test": 2432232314}',
  headers: {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  },
  now: new Date(1_614_265_330_000),
};

function hex(body: string | Uint8Array, secret = SECRET, signedAt = SIGNED_AT): string {
  return createHmac("sha256", secret).update(`${signedAt}.`).update(body).digest("hex");
}

function timed(body: string | Uint8Array, secret = SECRET, signedAt = SIGNED_AT): string {
  return `t=${signedAt},v1=${hex(body, secret, signedAt)}`;
}

function standard(body: string, secret = SECRET): Record<string, string> {
  const key = secret.startsWith("whsec_") ? secret : Buffer.from(secret).toString("base64");
  return {
    "webhook-id": "evt_1",
    "webhook-timestamp": String(SIGNED_AT),
    "webhook-signature": new Webhook(key).sign("evt_1", NOW, body),
  };
}

async function refuses(
  reason: VerificationFailure,
  signature: WebhookSignature,
  {
    body = BODY as string | Uint8Array,
    secret = SECRET,
    ...options
  }: { body?: string | Uint8Array; secret?: string; now?: Date } = {},
): Promise<void> {
  await assert.rejects(verify(body, signature, secret, { now: NOW, ...options }), (error) => {
    assert(error instanceof WebhookVerificationError);
    assert.equal(error.name, "WebhookVerificationError");
    assert.equal(error.reason, reason);
    return true;
  });
}

for (const [kind, secret] of [
  ["of the form whsec_", SECRET],
  ["in plain text", PLAIN_SECRET],
] as const) {
  test(`a genuine request is verified by either signature, with a secret ${kind}`, async () => {
    for (const signature of [timed(BODY, secret), standard(BODY, secret)]) {
      const event = await verify<{ name: string }>(BODY, signature, secret, { now: NOW });
      assert.deepEqual(event, JSON.parse(BODY));
      assert.equal(event.data.name, "Jürgen 😀");
    }
  });
}

test("the published vector of Standard Webhooks is verified, and fits no other secret", async () => {
  assert.deepEqual(await verify(PUBLISHED.body, PUBLISHED.headers, SECRET, { now: PUBLISHED.now }), { test: 2432232314 });
  const other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
  await refuses("no_match", PUBLISHED.headers, { body: PUBLISHED.body, now: PUBLISHED.now, secret: other });
});

test("text, bytes and a part of a buffer are the same body", async () => {
  const bytes = new TextEncoder().encode(BODY);
  const part = new TextEncoder().encode(`..${BODY}..`).subarray(2, 2 + bytes.length);
  for (const body of [BODY, bytes, bytes.buffer, Buffer.from(BODY), part]) {
    assert.deepEqual(await verify(body, timed(BODY), SECRET, { now: NOW }), JSON.parse(BODY));
  }
});

test("headers are found in an object of any spelling, in Headers, and where a header is a list", async () => {
  const headers = standard(BODY);
  const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
  const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  for (const given of [headers, upper, lists, new Headers(headers)]) {
    assert.equal((await verify(BODY, given, SECRET, { now: NOW })).id, "evt_1");
  }
  assert.equal((await verify(BODY, [timed(BODY)], SECRET, { now: NOW })).id, "evt_1");
});

test("the client verifies as the function does", async () => {
  const { webhooks } = new IOF({ apiKey: "key", baseUrl: "https://api.example.com" });
  assert.equal((await webhooks.verify(BODY, timed(BODY), SECRET, { now: NOW })).type, "contract.created");
});

test("one of several signatures is enough, wherever it stands", async () => {
  const [old, other] = [hex(BODY, "old".repeat(9)), hex(BODY, "other".repeat(9))];
  for (const [first, second] of [
    [hex(BODY), old],
    [old, hex(BODY)],
  ] as const) {
    await verify(BODY, `t=${SIGNED_AT},v1=${first},v0=unknown,v1=${second}`, SECRET, { now: NOW });
  }
  await refuses("no_match", `t=${SIGNED_AT},v1=${old},v1=${other}`);

  const headers = standard(BODY);
  const wrong = standard(BODY, PLAIN_SECRET)["webhook-signature"];
  for (const signatures of [
    `${headers["webhook-signature"]} ${wrong}`,
    `v1a,AAAA ${wrong} v1,?? ${headers["webhook-signature"]}`,
  ]) {
    await verify(BODY, { ...headers, "webhook-signature": signatures }, SECRET, { now: NOW });
  }
});

test("what was changed on its way fits no signature", async () => {
  await refuses("no_match", timed(BODY), { body: BODY.replace("created", "revoked") });
  await refuses("no_match", timed(BODY), { body: `${BODY} ` });
  await refuses("no_match", timed(BODY), { secret: PLAIN_SECRET });
  await refuses("no_match", timed(BODY).replace(`t=${SIGNED_AT}`, `t=${SIGNED_AT + 1}`));
  await refuses("no_match", { ...standard(BODY), "webhook-id": "evt_2" });
  await refuses("no_match", { ...standard(BODY), "webhook-timestamp": String(SIGNED_AT - 1) });
});

test("a signature fits whole or not at all", async () => {
  const signature = hex(BODY);
  for (const given of [signature.slice(0, -2), `${signature}00`, `${signature}0`, "", "zz", "00".repeat(32)]) {
    await refuses("no_match", `t=${SIGNED_AT},v1=${given}`);
  }
  for (let byte = 0; byte < 32; byte += 1) {
    const changed = Buffer.from(signature, "hex");
    changed[byte]! ^= 1;
    await refuses("no_match", `t=${SIGNED_AT},v1=${changed.toString("hex")}`);
  }
});

test("a request is verified for five minutes before and after it was signed, and no longer", async () => {
  for (const [signature, headers] of [[timed(BODY), standard(BODY)]] as const) {
    for (const given of [signature, headers]) {
      await verify(BODY, given, SECRET, { now: new Date(NOW.getTime() + 300_000) });
      await verify(BODY, given, SECRET, { now: new Date(NOW.getTime() - 300_000) });
      await refuses("too_old", given, { now: new Date(NOW.getTime() + 300_001) });
      await refuses("too_new", given, { now: new Date(NOW.getTime() - 300_001) });
    }
  }
});

test("the tolerance is an option, and what is no number tolerates nothing", async () => {
  const now = new Date(NOW.getTime() + 10_000);
  await verify(BODY, timed(BODY), SECRET, { now, toleranceSeconds: 10 });
  await assert.rejects(verify(BODY, timed(BODY), SECRET, { now, toleranceSeconds: 9 }), { reason: "too_old" });
  await assert.rejects(verify(BODY, timed(BODY), SECRET, { now, toleranceSeconds: Number.NaN }), { reason: "too_old" });
});

test("without an option the clock is the machine's", async () => {
  const now = Math.floor(Date.now() / 1000);
  await verify(BODY, timed(BODY, SECRET, now), SECRET);
  await assert.rejects(verify(BODY, timed(BODY, SECRET, now - 301), SECRET), { reason: "too_old" });
});

test("a header that is not there is told from one that is malformed", async () => {
  for (const missing of [undefined, null, "", [], {}, new Headers()]) await refuses("missing_header", missing);
  for (const name of Object.keys(standard(BODY))) {
    await refuses("missing_header", { ...standard(BODY), [name]: undefined });
  }
  const signature = hex(BODY);
  const malformed = [
    "nonsense",
    `v1=${signature}`,
    `t=${SIGNED_AT}`,
    `t=,v1=${signature}`,
    `t=-1,v1=${signature}`,
    `t=1e9,v1=${signature}`,
    `t=0x1,v1=${signature}`,
    `t=${"9".repeat(16)},v1=${signature}`,
    `t=1,t=${SIGNED_AT},v1=${signature}`,
    standard(BODY)["webhook-signature"],
  ];
  for (const header of malformed) await refuses("malformed_header", header);
  for (const time of ["now", "-1", "1.5", " ", "1e9"])
    await refuses("malformed_header", { ...standard(BODY), "webhook-timestamp": time });
  for (const signatures of ["v2,AAAA", signature, "v1a,AAAA"]) {
    await refuses("malformed_header", { ...standard(BODY), "webhook-signature": signatures });
  }
});

test("a genuine body that is no JSON object is no event, and is not quoted", async () => {
  for (const body of ["", "private words", "null", "[]", "1", '"text"', new Uint8Array([0x22, 0xff, 0x22])]) {
    await refuses("malformed_body", timed(body), { body });
  }
  await assert.rejects(verify("private words", timed("private words"), SECRET, { now: NOW }), (error: Error) => {
    assert.doesNotMatch(`${error.message} ${error.cause}`, /private/);
    return true;
  });
});

test("a mistake in the call is no verdict on the request", async () => {
  const wrongly = verify as (...given: unknown[]) => Promise<unknown>;
  for (const secret of ["", undefined]) await assert.rejects(wrongly(BODY, timed(BODY), secret), TypeError);
  for (const body of [JSON.parse(BODY), undefined, 1]) await assert.rejects(wrongly(body, timed(BODY), SECRET), TypeError);
  for (const secret of ["whsec_", "whsec_!!", "whsec_A"]) {
    await assert.rejects(verify(BODY, standard(BODY), secret, { now: NOW }), (error: Error) => {
      assert(error instanceof TypeError);
      assert.doesNotMatch(error.message, /!!|_A/);
      return true;
    });
  }
});
