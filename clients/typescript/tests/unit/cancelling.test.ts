import assert from "node:assert/strict";
import { test } from "node:test";

import { TimeoutError } from "@iof/webhooks";

import { REAL } from "../../dist/surroundings.js";
import { connectionRefused, EVENT, json, ScriptedApi } from "./scripted.js";

test("a time-out is one for each try, of 35 seconds if nothing else is said", async () => {
  const api = new ScriptedApi("silence", "silence", json(200, EVENT), json(200, EVENT));
  api.onSilence = () => api.timeOut();
  await api.webhooks().getEvent("evt_1");
  await api.webhooks({ timeoutMs: 1_000 }).getEvent("evt_1");
  assert.deepEqual(api.timeouts, [35_000, 35_000, 35_000, 1_000]);
});

test("a time-out says so, and for how long was waited", async () => {
  const api = new ScriptedApi("silence");
  api.onSilence = () => api.timeOut();
  await assert.rejects(api.webhooks({ maxTries: 1 }).getEvent("evt_1", { timeoutMs: 2_000 }), (error) => {
    assert(error instanceof TimeoutError);
    assert.equal(error.name, "TimeoutError");
    assert.equal(error.message, "no answer within 2000 ms");
    return true;
  });
});

test("the body of an answer is waited for no longer either", async () => {
  const api = new ScriptedApi();
  const sent: AbortSignal[] = [];
  const endless: typeof fetch = async (_, init) => {
    const signal = init?.signal as AbortSignal;
    sent.push(signal);
    const body = new ReadableStream({
      start: (controller) => signal.addEventListener("abort", () => controller.error(signal.reason)),
      pull: () => queueMicrotask(() => api.timeOut()),
    });
    return new Response(body);
  };
  await assert.rejects(api.webhooks({ maxTries: 1, fetch: endless }).getEvent("evt_1"), TimeoutError);
  assert.equal(sent.length, 1);
});

test("a call that was ended before it began sends nothing", async () => {
  const api = new ScriptedApi(json(200, EVENT));
  await assert.rejects(api.webhooks().getEvent("evt_1", { signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.deepEqual(api.requests, []);
});

test("a call that is ended while it waits for an answer fails with the caller's reason, and is not repeated", async () => {
  const reason = new Error("the user went elsewhere");
  const caller = new AbortController();
  const api = new ScriptedApi("silence", json(200, EVENT));
  api.onSilence = () => caller.abort(reason);
  await assert.rejects(api.webhooks().getEvent("evt_1", { signal: caller.signal }), reason);
  assert.equal(api.requests.length, 1);
  assert.equal(api.openTimers, 0);
});

test("a call that is ended in a pause fails with the caller's reason, and is not repeated", async () => {
  const reason = new Error("the user went elsewhere");
  const caller = new AbortController();
  const api = new ScriptedApi(connectionRefused(), json(200, EVENT));
  api.onPause = () => caller.abort(reason);
  await assert.rejects(api.webhooks().getEvent("evt_1", { signal: caller.signal }), reason);
  assert.equal(api.requests.length, 1);
});

test("nothing stays behind on a signal that lives on", async () => {
  const caller = new AbortController();
  const listeners = new Set<unknown>();
  const signal = new Proxy(caller.signal, {
    get: (target, name) => {
      if (name === "addEventListener") return (_: string, listener: unknown) => listeners.add(listener);
      if (name === "removeEventListener") return (_: string, listener: unknown) => listeners.delete(listener);
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const api = new ScriptedApi(json(200, EVENT));
  api.onRequest = () => assert.equal(listeners.size, 1);
  await api.webhooks().getEvent("evt_1", { signal });
  assert.equal(listeners.size, 0);
  assert.equal(api.openTimers, 0);
});

test("a real pause ends as soon as the caller ends it", async () => {
  const caller = new AbortController();
  const pause = REAL.sleep(2 ** 30, caller.signal);
  caller.abort(new Error("enough"));
  await assert.rejects(pause, { message: "enough" });
  await assert.rejects(REAL.sleep(2 ** 30, caller.signal), { message: "enough" });
});

test("a real pause ends by itself, and an action that was called off does not happen", async () => {
  let happened = false;
  const callOff = REAL.after(0, () => (happened = true));
  callOff();
  await REAL.sleep(1, undefined);
  assert.equal(happened, false);
});

test("waiting for a recovery looks again until it runs no more", async () => {
  const recovery = { id: "rec_1", endpointId: "we_1", status: "running" };
  const completed = { ...recovery, status: "completed" };
  const api = new ScriptedApi(json(200, recovery), json(200, recovery), json(200, completed));
  assert.deepEqual(await api.webhooks().waitForRecovery({ id: "rec_1", endpointId: "we_1" }), completed);
  assert.deepEqual(api.pauses, [2_000, 2_000]);
  assert(api.requests.every(({ url }) => url.endsWith("/endpoints/we_1/recoveries/rec_1")));
});

test("waiting for a recovery ends where the caller ends it", async () => {
  const caller = new AbortController();
  const api = new ScriptedApi(json(200, { id: "rec_1", endpointId: "we_1", status: "running" }));
  api.onPause = () => caller.abort(new Error("enough"));
  const waiting = api.webhooks().waitForRecovery({ id: "rec_1", endpointId: "we_1" }, { signal: caller.signal, intervalMs: 5 });
  await assert.rejects(waiting, { message: "enough" });
  assert.deepEqual(api.pauses, [5]);
});
