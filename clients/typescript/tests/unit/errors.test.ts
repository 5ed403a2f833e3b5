import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { ApiError, ConnectionError, TimeoutError, WebhooksError, IOF, type ConnectionOptions } from "@iof/webhooks";

import { API_KEY, connectionRefused, json, refused, ScriptedApi, type Step } from "./scripted.js";

async function failure(...script: Step[]): Promise<unknown> {
  try {
    await new ScriptedApi(...script).webhooks({ maxTries: 1 }).getEvent("evt_1");
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: "It did not fail." });
}

test("an error of the API has what the answer says", async () => {
  const details = [{ field: "url", message: "must begin with https://" }];
  const answer = {
    error: { code: "VALIDATION_FAILED", message: "url must begin with https://", details },
    requestId: "request-1",
  };
  const error = await failure(json(400, answer));
  assert(error instanceof ApiError && error instanceof WebhooksError && error instanceof Error);
  const { name, message, code, status, requestId } = error;
  assert.deepEqual(
    { name, message, code, status, requestId },
    {
      name: "ApiError",
      message: "url must begin with https://",
      code: "VALIDATION_FAILED",
      status: 400,
      requestId: "request-1",
    },
  );
  assert.deepEqual(error.details, details);
  assert.equal(error.retryAfterMs, null);
});

test("an error without details has none", async () => {
  assert.deepEqual(((await failure(refused(404, "NOT_FOUND"))) as ApiError).details, []);
});

test("what API Gateway answers by itself has a code as well", async () => {
  for (const [status, message, code] of [
    [403, "Forbidden", "FORBIDDEN"],
    [404, "Not Found", "NO_SUCH_ROUTE"],
    [413, "Request Too Long", "PAYLOAD_TOO_LARGE"],
    [429, "Too Many Requests", "RATE_LIMITED"],
    [500, "Internal Server Error", "INTERNAL"],
    [503, "Service Unavailable", "UNAVAILABLE"],
    [504, "Gateway Timeout", "UNAVAILABLE"],
  ] as const) {
    const error = await failure(json(status, { message }, { "apigw-requestid": "gateway-1", "retry-after": "2" }));
    assert(error instanceof ApiError);
    assert.deepEqual([error.code, error.status, error.requestId], [code, status, "gateway-1"]);
    assert.equal(error.retryAfterMs, 2_000);
    assert.match(error.message, new RegExp(message));
  }
});

test("a path that is no route's is told from an object that does not exist", async () => {
  assert.equal(((await failure(refused(404, "NOT_FOUND"))) as ApiError).code, "NOT_FOUND");
  assert.match(((await failure(json(404, { message: "Not Found" }))) as ApiError).message, /baseUrl/);
  assert.equal(((await failure(new Response("<html>", { status: 404 }))) as ApiError).code, "NO_SUCH_ROUTE");
});

test("an answer that is none of the API's is no answer of its", async () => {
  for (const answer of [
    new Response("<html>", { status: 200 }),
    new Response("", { status: 200 }),
    json(200, []),
    json(200, null),
    json(418, { error: "…" }),
    new Response(null, { status: 301, headers: { location: "https://elsewhere.example.com/" } }),
  ]) {
    const { status } = answer;
    const error = await failure(answer);
    assert(error instanceof ApiError);
    assert.deepEqual([error.code, error.status], ["UNEXPECTED_ANSWER", status]);
  }
});

test("where there is no answer the error says why and keeps the cause", async () => {
  const cause = connectionRefused();
  const error = await failure(cause);
  assert(error instanceof ConnectionError && error instanceof WebhooksError && !(error instanceof TimeoutError));
  assert.equal(error.name, "ConnectionError");
  assert.equal(error.message, "no answer: connect ECONNREFUSED 127.0.0.1:1");
  assert.equal(error.cause, cause);
});

test("an answer that breaks off is none", async () => {
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('{"id":'));
      controller.error(new Error("broken off"));
    },
  });
  assert.equal(((await failure(new Response(body))) as Error).message, "no answer: broken off");
});

test("the key is in no error and in no inspection of the client", async () => {
  const api = new ScriptedApi();
  const iof = new IOF({ apiKey: API_KEY, baseUrl: "https://api.example.com" });
  const shown = [
    inspect(iof, { depth: null, showHidden: true }),
    JSON.stringify(iof),
    inspect(api.webhooks(), { depth: null, showHidden: true }),
  ];
  for (const step of [connectionRefused(), refused(401, "UNAUTHORIZED"), json(429, {}), new Response("<html>")]) {
    shown.push(inspect(await failure(step), { depth: null, showHidden: true }));
  }
  for (const text of shown) assert(!text.includes(API_KEY), text);
});

test("a key that is none is not quoted", () => {
  for (const apiKey of ["", "secret words", "secret\n", "secretключ", undefined]) {
    const wrong = { apiKey, baseUrl: "https://api.example.com" } as ConnectionOptions;
    assert.throws(
      () => new IOF(wrong),
      (error: Error) => error instanceof TypeError && !error.message.includes("secret"),
    );
  }
});

test("settings that cannot be meant are refused at once", () => {
  const good = { apiKey: API_KEY, baseUrl: "https://api.example.com/stage" };
  new IOF(good);
  for (const baseUrl of [
    "",
    "/v1",
    "api.example.com",
    "ftp://api.example.com",
    "https://user:word@api.example.com",
    "https://a.example?x",
    "https://a.example#x",
  ]) {
    assert.throws(() => new IOF({ ...good, baseUrl }), TypeError);
  }
  for (const maxTries of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => new IOF({ ...good, maxTries }), TypeError);
  for (const timeoutMs of [0, -1, Number.NaN, 2 ** 31]) assert.throws(() => new IOF({ ...good, timeoutMs }), TypeError);
});
