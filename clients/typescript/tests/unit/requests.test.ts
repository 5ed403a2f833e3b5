import assert from "node:assert/strict";
import { test } from "node:test";

import type { Webhooks } from "@iof/webhooks";

import { API_KEY, EVENT, json, ScriptedApi } from "./scripted.js";

const ID = "we_1/../x?y#z";
const ESCAPED = "we_1%2F..%2Fx%3Fy%23z";
const SINCE = new Date("2026-11-24T00:00:00Z");
const RECOVERY = { id: "rec_1", endpointId: "we_1", status: "completed" };

test("each call is the request of its route", async () => {
  const calls: [(webhooks: Webhooks) => PromiseLike<unknown>, string, unknown?][] = [
    [
      (w) => w.createEndpoint({ url: "https://e.example", events: ["*"] }),
      "POST /endpoints",
      { url: "https://e.example", events: ["*"] },
    ],
    [(w) => w.listEndpoints({ limit: 5 }), "GET /endpoints?limit=5"],
    [(w) => w.getEndpoint(ID), `GET /endpoints/${ESCAPED}`],
    [(w) => w.updateEndpoint("we_1", { rateLimit: null }), "PATCH /endpoints/we_1", { rateLimit: null }],
    [(w) => w.deleteEndpoint("we_1"), "DELETE /endpoints/we_1"],
    [(w) => w.rotateSecret("we_1"), "POST /endpoints/we_1/rotate-secret", {}],
    [(w) => w.rotateSecret("we_1", { overlapHours: 0 }), "POST /endpoints/we_1/rotate-secret", { overlapHours: 0 }],
    [(w) => w.testEndpoint("we_1"), "POST /endpoints/we_1/test", {}],
    [(w) => w.recoverEndpoint("we_1", { since: SINCE }), "POST /endpoints/we_1/recover", { since: SINCE.toISOString() }],
    [(w) => w.getRecovery("we_1", "rec_1"), "GET /endpoints/we_1/recoveries/rec_1"],
    [(w) => w.waitForRecovery({ endpointId: "we_1", id: "rec_1" }), "GET /endpoints/we_1/recoveries/rec_1"],
    [(w) => w.getStats("we_1"), "GET /endpoints/we_1/stats"],
    [
      (w) => w.getStats("we_1", { since: SINCE, buckets: 4 }),
      "GET /endpoints/we_1/stats?since=2026-11-24T00%3A00%3A00.000Z&buckets=4",
    ],
    [(w) => w.publishEvent({ type: "a.b", data: { n: 1 } }), "POST /events", { type: "a.b", data: { n: 1 } }],
    [(w) => w.publishEvents([{ type: "a.b", data: {} }]), "POST /events/batch", { events: [{ type: "a.b", data: {} }] }],
    [(w) => w.listEvents(), "GET /events"],
    [
      (w) => w.listEvents({ endpointId: "we_1", status: "failed", limit: 50 }),
      "GET /events?endpointId=we_1&status=failed&limit=50",
    ],
    [(w) => w.getEvent("evt_1"), "GET /events/evt_1"],
    [(w) => w.listAttempts("evt_1", { cursor: "a+b" }), "GET /events/evt_1/attempts?cursor=a%2Bb"],
    [(w) => w.retryEvent("evt_1"), "POST /events/evt_1/retry", {}],
    [(w) => w.retryEvent("evt_1", { endpointId: "we_1" }), "POST /events/evt_1/retry", { endpointId: "we_1" }],
    [(w) => w.cancelRetry("evt_1"), "DELETE /events/evt_1/retry"],
    [(w) => w.cancelRetry("evt_1", { endpointId: "we_1" }), "DELETE /events/evt_1/retry?endpointId=we_1"],
    [(w) => w.listEventTypes(), "GET /event-types"],
    [(w) => w.getEventType("contract.created"), "GET /event-types/contract.created"],
    [
      (w) => w.putEventType("contract.created", { description: "…" }),
      "PUT /event-types/contract.created",
      { description: "…" },
    ],
    [(w) => w.deleteEventType("contract.created"), "DELETE /event-types/contract.created"],
  ];
  for (const [call, line, body] of calls) {
    const api = new ScriptedApi(json(200, { ...EVENT, ...RECOVERY, data: [], nextCursor: null, hasMore: false }));
    await call(api.webhooks());
    const [sent] = api.requests;
    assert(sent);
    assert.equal(`${sent.method} ${sent.url.replace("https://api.example.com/stage/v1/webhooks", "")}`, line);
    assert.deepEqual(sent.body === undefined ? undefined : JSON.parse(sent.body), body);
    assert.equal(sent.headers["authorization"], `Bearer ${API_KEY}`);
    assert.equal(sent.redirect, "manual");
    assert.equal(sent.headers["content-type"], body === undefined ? undefined : "application/json");
    assert.equal("idempotency-key" in sent.headers, line.startsWith("POST /events") && !line.includes("evt_1"));
  }
});

test("an id that would lead to another route is refused", async () => {
  const api = new ScriptedApi();
  for (const id of ["", ".", "..", undefined as unknown as string]) {
    await assert.rejects(api.webhooks().deleteEndpoint(id), TypeError);
    await assert.rejects(api.webhooks().getRecovery("we_1", id), TypeError);
    assert.throws(() => api.webhooks().listAttempts(id), TypeError);
  }
  assert.deepEqual(api.requests, []);
});

test("removals answer nothing", async () => {
  const api = new ScriptedApi(new Response(null, { status: 204 }), new Response(null, { status: 204 }));
  assert.equal(await api.webhooks().deleteEndpoint("we_1"), undefined);
  assert.equal(await api.webhooks().deleteEventType("contract.created"), undefined);
});
