import assert from "node:assert/strict";
import { test } from "node:test";

import type { Webhooks } from "@iof/webhooks";

import { connectionRefused, EVENT, json, refused, ScriptedApi, type Step } from "./scripted.js";

const NEW_EVENT = { type: "contract.created", data: { contractId: "c_1" } };
const NEW_ENDPOINT = { url: "https://example.com/hook", events: ["*"] };

/** Each call, and what it is answered with when it works. */
const IDEMPOTENT: Record<string, (webhooks: Webhooks) => PromiseLike<unknown>> = {
  listEndpoints: (webhooks) => webhooks.listEndpoints(),
  getEndpoint: (webhooks) => webhooks.getEndpoint("we_1"),
  updateEndpoint: (webhooks) => webhooks.updateEndpoint("we_1", { events: ["*"] }),
  deleteEndpoint: (webhooks) => webhooks.deleteEndpoint("we_1"),
  recoverEndpoint: (webhooks) => webhooks.recoverEndpoint("we_1", { since: "2026-11-24T00:00:00Z" }),
  getRecovery: (webhooks) => webhooks.getRecovery("we_1", "rec_1"),
  getStats: (webhooks) => webhooks.getStats("we_1"),
  publishEvent: (webhooks) => webhooks.publishEvent(NEW_EVENT),
  publishEvents: (webhooks) => webhooks.publishEvents([NEW_EVENT]),
  listEvents: (webhooks) => webhooks.listEvents(),
  getEvent: (webhooks) => webhooks.getEvent("evt_1"),
  listAttempts: (webhooks) => webhooks.listAttempts("evt_1"),
  retryEvent: (webhooks) => webhooks.retryEvent("evt_1"),
  cancelRetry: (webhooks) => webhooks.cancelRetry("evt_1"),
  listEventTypes: (webhooks) => webhooks.listEventTypes(),
  getEventType: (webhooks) => webhooks.getEventType("contract.created"),
  putEventType: (webhooks) => webhooks.putEventType("contract.created", { description: "…" }),
  deleteEventType: (webhooks) => webhooks.deleteEventType("contract.created"),
};
const NOT_IDEMPOTENT: typeof IDEMPOTENT = {
  createEndpoint: (webhooks) => webhooks.createEndpoint(NEW_ENDPOINT),
  rotateSecret: (webhooks) => webhooks.rotateSecret("we_1"),
  testEndpoint: (webhooks) => webhooks.testEndpoint("we_1"),
};
const UNCERTAIN: Record<string, () => Step> = {
  "no connection": connectionRefused,
  "a time-out": () => "silence",
  "500": () => refused(500, "INTERNAL"),
  "502": () => new Response("<html>", { status: 502 }),
  "503": () => refused(503, "UNAVAILABLE"),
  "504": () => json(504, { message: "Gateway Timeout" }),
};

/** An API whose silences end at once. */
function api(...script: Step[]): ScriptedApi {
  const scripted = new ScriptedApi(...script);
  scripted.onSilence = () => scripted.timeOut();
  return scripted;
}

function good(): Response {
  return json(200, { ...EVENT, data: [], nextCursor: null, hasMore: false });
}

test("every call is one of the two kinds", () => {
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(new ScriptedApi().webhooks()));
  const others = ["constructor", "verify", "waitForRecovery"];
  assert.deepEqual(methods.sort(), [...Object.keys(IDEMPOTENT), ...Object.keys(NOT_IDEMPOTENT), ...others].sort());
});

for (const [failure, step] of Object.entries(UNCERTAIN)) {
  test(`after ${failure}, what may be done twice is repeated`, async () => {
    for (const [name, call] of Object.entries(IDEMPOTENT)) {
      const scripted = api(step(), step(), step(), good());
      await call(scripted.webhooks());
      assert.equal(scripted.requests.length, 4, name);
      const [first, ...repeats] = scripted.requests;
      for (const repeat of repeats) assert.deepEqual(repeat, first);
    }
  });

  test(`after ${failure}, what must not be done twice is not repeated`, async () => {
    for (const [name, call] of Object.entries(NOT_IDEMPOTENT)) {
      const scripted = api(step(), good());
      await assert.rejects(async () => await call(scripted.webhooks()));
      assert.equal(scripted.requests.length, 1, name);
    }
  });
}

test("what met a rate limit is repeated, whatever it is", async () => {
  for (const [name, call] of Object.entries({ ...IDEMPOTENT, ...NOT_IDEMPOTENT })) {
    const scripted = api(refused(429, "RATE_LIMITED"), json(429, { message: "Too Many Requests" }), good());
    await call(scripted.webhooks());
    assert.equal(scripted.requests.length, 3, name);
  }
});

test("what was refused is not repeated", async () => {
  for (const status of [301, 400, 401, 403, 404, 409, 413, 422]) {
    const scripted = api(refused(status, "REFUSED"), good());
    await assert.rejects(scripted.webhooks().publishEvent(NEW_EVENT), { status });
    assert.equal(scripted.requests.length, 1);
  }
});

test("a request is sent four times at most, and then its last failure is told", async () => {
  const scripted = api(
    connectionRefused(),
    refused(503, "UNAVAILABLE"),
    refused(429, "RATE_LIMITED"),
    refused(500, "INTERNAL"),
    good(),
  );
  await assert.rejects(scripted.webhooks().getEvent("evt_1"), { name: "ApiError", status: 500 });
  assert.equal(scripted.requests.length, 4);
});

test("how often is an option", async () => {
  for (const maxTries of [1, 2, 6]) {
    const scripted = api(...Array.from({ length: 7 }, connectionRefused));
    await assert.rejects(scripted.webhooks({ maxTries }).getEvent("evt_1"), { name: "ConnectionError" });
    assert.equal(scripted.requests.length, maxTries);
  }
});

test("pauses are any time up to a bound that doubles, and that is 20 seconds at most", async () => {
  for (const [random, expected] of [
    [0, [0, 0, 0, 0, 0, 0, 0]],
    [0.5, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000]],
  ] as const) {
    const scripted = api(...Array.from({ length: 8 }, connectionRefused));
    scripted.random = random;
    await assert.rejects(scripted.webhooks({ maxTries: 8 }).getEvent("evt_1"));
    assert.deepEqual(scripted.pauses, expected);
  }
});

test("Retry-After is waited for, in seconds or as a date, and never shortened", async () => {
  const inTenSeconds = "Tue, 24 Nov 2026 09:30:10 GMT";
  const inThePast = "Tue, 24 Nov 2026 09:29:00 GMT";
  for (const [status, header, expected] of [
    [429, "3", 3_250],
    [503, "3", 3_250],
    [429, inTenSeconds, 10_250],
    [429, inThePast, 250],
    [429, "soon", 250],
    [429, "60", 60_250],
  ] as const) {
    const scripted = api(refused(status, "…", { "retry-after": header }), good());
    await scripted.webhooks().getEvent("evt_1");
    assert.deepEqual(scripted.pauses, [expected]);
  }
});

test("whoever asks to wait for more than a minute is not waited for", async () => {
  const scripted = api(refused(429, "RATE_LIMITED", { "retry-after": "61" }), good());
  await assert.rejects(scripted.webhooks().getEvent("evt_1"), { code: "RATE_LIMITED", retryAfterMs: 61_000 });
  assert.deepEqual(scripted.pauses, []);
});

test("a publish has an idempotency key, which its repeats keep and no other publish has", async () => {
  const keys: string[] = [];
  for (const publish of [IDEMPOTENT["publishEvent"]!, IDEMPOTENT["publishEvents"]!]) {
    const scripted = api(connectionRefused(), refused(503, "UNAVAILABLE"), good());
    await publish(scripted.webhooks());
    const sent = scripted.requests.map(({ headers }) => headers["idempotency-key"]);
    assert.match(String(sent[0]), /^[0-9a-f]{32}$/);
    assert.equal(new Set(sent).size, 1);
    keys.push(String(sent[0]));
  }
  assert.notEqual(keys[0], keys[1]);
});

test("an idempotency key of one's own is the one that is sent", async () => {
  const scripted = api(good(), good());
  const webhooks = scripted.webhooks();
  await webhooks.publishEvent(NEW_EVENT, { idempotencyKey: "contract-c_1-created" });
  await webhooks.publishEvents([NEW_EVENT], { idempotencyKey: "contract-c_1-created" });
  for (const { headers } of scripted.requests) assert.equal(headers["idempotency-key"], "contract-c_1-created");
  for (const idempotencyKey of ["", "two words", "ключ", "x".repeat(256)]) {
    await assert.rejects(webhooks.publishEvent(NEW_EVENT, { idempotencyKey }), TypeError);
  }
  assert.equal(scripted.requests.length, 2);
});

test("a batch of which something met a fault is completed by repeating it", async () => {
  const [accepted, refusedOne] = [
    { status: 202, event: EVENT },
    { status: 400, error: { code: "VALIDATION_FAILED", message: "…" } },
  ];
  const open = { status: 503, error: { code: "UNAVAILABLE", message: "…" } };
  const partial = { data: [accepted, open, refusedOne], accepted: 1, refused: 2 };
  const complete = { data: [accepted, accepted, refusedOne], accepted: 2, refused: 1 };

  const scripted = api(json(207, partial), json(207, partial), json(207, complete));
  assert.deepEqual(await scripted.webhooks().publishEvents([NEW_EVENT, NEW_EVENT, NEW_EVENT]), complete);
  assert.equal(new Set(scripted.requests.map(({ headers }) => headers["idempotency-key"])).size, 1);

  const failing = api(json(207, partial), json(207, partial), json(207, partial), json(207, partial));
  assert.deepEqual(await failing.webhooks().publishEvents([NEW_EVENT, NEW_EVENT, NEW_EVENT]), partial);
  assert.equal(failing.requests.length, 4);
});

test("what is gone when its removal is repeated was removed", async () => {
  for (const name of ["deleteEndpoint", "deleteEventType"]) {
    const scripted = api(connectionRefused(), refused(404, "NOT_FOUND"));
    await IDEMPOTENT[name]!(scripted.webhooks());
    assert.equal(scripted.requests.length, 2);
  }
});

test("what was never there is not found, with a rate limit before it too", async () => {
  for (const script of [[], [refused(429, "RATE_LIMITED")]]) {
    const scripted = api(...script, refused(404, "NOT_FOUND"));
    await assert.rejects(scripted.webhooks().deleteEndpoint("we_1"), { code: "NOT_FOUND" });
  }
  const scripted = api(connectionRefused(), refused(404, "NOT_FOUND"));
  await assert.rejects(scripted.webhooks().cancelRetry("evt_1"), { code: "NOT_FOUND" });
});
