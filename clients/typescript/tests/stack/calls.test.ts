/** The calls of the client, on the API of a stack. */

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { ApiError, ConnectionError, IOF, TimeoutError, WebhooksError, type Event } from "@iof/webhooks";

import { eventually } from "./eventually.js";
import { setting } from "./setting.js";

const baseUrl = setting("RAIL_URL");
const apiKey = setting("RAIL_API_KEY");
const secret = setting("WEBHOOK_SECRET");
/** It accepts everything. */
const url = setting("ACCEPTING_URL");

const iof = new IOF({ apiKey, baseUrl });

before(async () => {
  await iof.webhooks.createEndpoint({ url, events: ["page.*"], secret });
});

function failsWith(code: string, status: number): (error: unknown) => boolean {
  return (error) => {
    assert(error instanceof ApiError && error instanceof WebhooksError);
    assert.deepEqual([error.code, error.status], [code, status]);
    assert(error.message);
    assert(error.requestId);
    return true;
  };
}

async function waitFor(id: string, status: Event["status"]): Promise<Event> {
  return eventually(
    () => iof.webhooks.getEvent(id),
    (event) => event.status === status,
  );
}

test("an endpoint is registered, read, changed and removed", async () => {
  const endpoint = await iof.webhooks.createEndpoint({ url, events: ["contract.*", "kyc.verified"], secret });
  assert.match(endpoint.id, /^we_/);
  assert.equal(endpoint.secret, secret);

  const read = await iof.webhooks.getEndpoint(endpoint.id);
  assert.deepEqual(read, { ...read, id: endpoint.id, url, events: ["contract.*", "kyc.verified"], status: "active" });
  assert(!("secret" in read));

  const changed = await iof.webhooks.updateEndpoint(endpoint.id, { events: ["kyc.*"], status: "paused" });
  assert.deepEqual([changed.events, changed.status], [["kyc.*"], "paused"]);

  await iof.webhooks.deleteEndpoint(endpoint.id);
  await assert.rejects(iof.webhooks.getEndpoint(endpoint.id), failsWith("NOT_FOUND", 404));
  await assert.rejects(iof.webhooks.deleteEndpoint(endpoint.id), failsWith("NOT_FOUND", 404));
});

test("what failed is listed, and delivered when it is retried", async () => {
  const endpoint = await iof.webhooks.createEndpoint({ url: setting("RETRIED_URL"), events: ["contract.created"] });
  const published = await iof.webhooks.publishEvent({ type: "contract.created", data: { contractId: "c_1" } });
  assert.deepEqual(
    published.deliveries.map(({ endpointId }) => endpointId),
    [endpoint.id],
  );
  await waitFor(published.id, "retrying");
  const cancelled = await iof.webhooks.cancelRetry(published.id);
  assert.equal(cancelled.deliveries[0]?.reason, "cancelled");

  const { data, nextCursor, hasMore } = await iof.webhooks.listEvents({ endpointId: endpoint.id, status: "failed", limit: 50 });
  assert.deepEqual([data.map(({ id }) => id), nextCursor, hasMore], [[published.id], null, false]);

  await iof.webhooks.retryEvent(published.id, { endpointId: endpoint.id });
  await waitFor(published.id, "delivered");
  await assert.rejects(iof.webhooks.retryEvent(published.id), failsWith("CONFLICT", 409));

  const attempts = await iof.webhooks.listAttempts(published.id);
  assert.deepEqual(
    attempts.data.map(({ outcome, responseStatus }) => [outcome, responseStatus]),
    [
      ["refused", 503],
      ["accepted", 200],
    ],
  );
  assert.deepEqual((await iof.webhooks.getEvent(published.id)).data, { contractId: "c_1" });
});

test("what failed over a period is recovered", async () => {
  const endpoint = await iof.webhooks.createEndpoint({ url: setting("RECOVERED_URL"), events: ["contract.updated"] });
  const published = await iof.webhooks.publishEvent({ type: "contract.updated", data: {} });
  await waitFor(published.id, "retrying");
  await iof.webhooks.cancelRetry(published.id);

  const recovery = await iof.webhooks.recoverEndpoint(endpoint.id, { since: new Date(Date.now() - 3_600_000) });
  assert.equal((await iof.webhooks.getRecovery(endpoint.id, recovery.id)).id, recovery.id);
  const done = await iof.webhooks.waitForRecovery(recovery, { intervalMs: 100, signal: AbortSignal.timeout(30_000) });
  assert.deepEqual([done.status, done.recovered, done.skipped], ["completed", 1, 0]);
  await waitFor(published.id, "delivered");

  const stats = await iof.webhooks.getStats(endpoint.id, { since: new Date(Date.now() - 3_600_000), buckets: 2 });
  assert.deepEqual([stats.deliveries.delivered, stats.attempts, stats.buckets.length], [1, { total: 2, accepted: 1 }, 2]);
});

test("an endpoint is tested, and its secret replaced", async () => {
  const endpoint = await iof.webhooks.createEndpoint({ url, events: ["nothing"], secret });
  const sent = await iof.webhooks.testEndpoint(endpoint.id);
  assert.equal(sent.type, "webhook.test");
  await waitFor(sent.id, "delivered");

  const ours = await iof.webhooks.rotateSecret(endpoint.id);
  assert.notEqual(ours.secret, secret);
  const theirs = await iof.webhooks.rotateSecret(endpoint.id, { secret, overlapHours: 0 });
  assert.equal(theirs.secret, secret);
});

test("a batch says of each event what became of it", async () => {
  const { data, accepted, refused } = await iof.webhooks.publishEvents([
    { type: "batch.good", data: {} },
    { type: "no type!", data: {} },
  ]);
  assert.deepEqual([accepted, refused], [1, 1]);
  assert.equal(data[0]?.event?.type, "batch.good");
  assert.deepEqual([data[1]?.status, data[1]?.error?.code], [400, "VALIDATION_FAILED"]);
});

test("one idempotency key is one event, and stands for one body", async () => {
  const event = { type: "contract.closed", data: { contractId: "c_1" } };
  const options = { idempotencyKey: "contract-c_1-closed" };
  const first = await iof.webhooks.publishEvent(event, options);
  assert.equal((await iof.webhooks.publishEvent(event, options)).id, first.id);
  assert.notEqual((await iof.webhooks.publishEvent(event)).id, first.id);
  await assert.rejects(iof.webhooks.publishEvent({ ...event, data: {} }, options), failsWith("IDEMPOTENCY_KEY_REUSED", 422));
});

test("lists are iterated over page by page", async () => {
  const published = await iof.webhooks.publishEvents(
    Array.from({ length: 7 }, (_, number) => ({ type: "page.turned", data: { number } })),
  );
  const expected = published.data.map(({ event }) => event?.id);

  const sizes: number[] = [];
  for await (const page of iof.webhooks.listEvents({ type: "page.turned", limit: 3 }).pages()) sizes.push(page.data.length);
  assert.deepEqual(sizes, [3, 3, 1]);

  const listed: string[] = [];
  for await (const event of iof.webhooks.listEvents({ type: "page.turned", limit: 3 })) listed.push(event.id);
  assert.deepEqual(listed.sort(), expected.sort());

  const endpoints: string[] = [];
  for await (const endpoint of iof.webhooks.listEndpoints({ limit: 1 })) endpoints.push(endpoint.id);
  assert.equal(new Set(endpoints).size, (await iof.webhooks.listEndpoints({ limit: 100 })).data.length);
});

test("the catalog is read, and written with a key that may", async () => {
  const names: string[] = [];
  for await (const { name } of iof.webhooks.listEventTypes({ limit: 5 })) names.push(name);
  assert(names.includes("contract.created") && names.length > 5);
  assert.equal((await iof.webhooks.getEventType("contract.created")).name, "contract.created");
  await assert.rejects(iof.webhooks.putEventType("client.tested", { description: "…" }), failsWith("FORBIDDEN", 403));

  const operator = new IOF({ apiKey: setting("CATALOG_API_KEY"), baseUrl });
  const put = await operator.webhooks.putEventType("client.tested", {
    description: "A client was tested.",
    example: { client: "c_1" },
  });
  assert.deepEqual([put.name, put.example, put.schema], ["client.tested", { client: "c_1" }, null]);
  await operator.webhooks.deleteEventType("client.tested");
  await assert.rejects(iof.webhooks.getEventType("client.tested"), failsWith("NOT_FOUND", 404));
});

test("what must be mended says which field", async () => {
  await assert.rejects(iof.webhooks.createEndpoint({ url: "nowhere", events: ["*"] }), (error) => {
    assert(failsWith("VALIDATION_FAILED", 400)(error));
    assert.equal((error as ApiError).details[0]?.field, "url");
    return true;
  });
  await assert.rejects(async () => await iof.webhooks.listEvents({ limit: 101 }), failsWith("VALIDATION_FAILED", 400));
});

test("a key that is none, one that may too little, and a wrong address are told apart", async () => {
  const unknown = new IOF({ apiKey: "not-a-key", baseUrl });
  await assert.rejects(unknown.webhooks.getEndpoint("we_1"), failsWith("UNAUTHORIZED", 401));
  const reader = new IOF({ apiKey: setting("READING_API_KEY"), baseUrl });
  await assert.rejects(reader.webhooks.publishEvent({ type: "contract.created", data: {} }), failsWith("FORBIDDEN", 403));
  const elsewhere = new IOF({ apiKey, baseUrl: `${baseUrl}/elsewhere` });
  await assert.rejects(
    elsewhere.webhooks.getEndpoint("we_1"),
    (error: ApiError) => error.code === "NO_SUCH_ROUTE" && error.status === 404,
  );
});

test("whoever does not answer at all is an error of its own", async () => {
  const nobody = new IOF({ apiKey, baseUrl: setting("NOBODY_URL"), maxTries: 2 });
  await assert.rejects(
    nobody.webhooks.getEndpoint("we_1"),
    (error) => error instanceof ConnectionError && error.cause instanceof TypeError,
  );
  const silent = new IOF({ apiKey, baseUrl: setting("SILENT_URL"), maxTries: 1, timeoutMs: 200 });
  await assert.rejects(silent.webhooks.getEndpoint("we_1"), TimeoutError);
  await assert.rejects(silent.webhooks.getEndpoint("we_1", { signal: AbortSignal.timeout(100) }), {
    name: "TimeoutError",
    code: 23,
  });
});

test("requests beyond a key's rate are sent again as Retry-After says", async () => {
  const limited = new IOF({ apiKey: setting("LIMITED_API_KEY"), baseUrl, maxTries: 10 });
  const lists = await Promise.all(Array.from({ length: 6 }, () => limited.webhooks.listEndpoints({ limit: 1 })));
  assert.equal(lists.length, 6);
  const impatient = new IOF({ apiKey: setting("LIMITED_API_KEY"), baseUrl, maxTries: 1 });
  const results = await Promise.allSettled(Array.from({ length: 30 }, () => impatient.webhooks.listEndpoints({ limit: 1 })));
  const refusals = results.filter((result) => result.status === "rejected").map(({ reason }) => reason as ApiError);
  assert(refusals.length > 0);
  for (const refusal of refusals) {
    assert(failsWith("RATE_LIMITED", 429)(refusal));
    assert(refusal.retryAfterMs !== null && refusal.retryAfterMs >= 1_000);
  }
});
