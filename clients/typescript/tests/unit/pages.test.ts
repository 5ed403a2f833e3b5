import assert from "node:assert/strict";
import { test } from "node:test";

import { json, refused, ScriptedApi } from "./scripted.js";

function page(ids: string[], nextCursor: string | null): Response {
  return json(200, { data: ids.map((id) => ({ id })), nextCursor, hasMore: nextCursor !== null });
}

function threePages(): ScriptedApi {
  return new ScriptedApi(page(["1", "2"], "cursor/2"), page([], "cursor/3"), page(["3"], null));
}

function queries(api: ScriptedApi): string[] {
  return api.requests.map(({ url }) => new URL(url).search);
}

test("awaited, a list is its first page", async () => {
  const api = threePages();
  const first = await api.webhooks().listEvents({ status: "failed", limit: 2 });
  assert.deepEqual(first, { data: [{ id: "1" }, { id: "2" }], nextCursor: "cursor/2", hasMore: true });
  assert.deepEqual(queries(api), ["?status=failed&limit=2"]);
});

test("iterated over, it is the items of all pages, asked for with the same filter", async () => {
  const api = threePages();
  const ids: string[] = [];
  for await (const event of api.webhooks().listEvents({ status: "failed", limit: 2 })) ids.push(event.id);
  assert.deepEqual(ids, ["1", "2", "3"]);
  const [first, ...others] = queries(api);
  assert.equal(first, "?status=failed&limit=2");
  assert.deepEqual(others, ["?status=failed&limit=2&cursor=cursor%2F2", "?status=failed&limit=2&cursor=cursor%2F3"]);
});

test("its pages can be iterated over as well", async () => {
  const sizes: number[] = [];
  for await (const { data } of threePages().webhooks().listEndpoints().pages()) sizes.push(data.length);
  assert.deepEqual(sizes, [2, 0, 1]);
});

test("nothing is asked for before it is used, and the first page once", async () => {
  const api = threePages();
  const list = api.webhooks().listEvents();
  await Promise.resolve();
  assert.equal(api.requests.length, 0);
  await list;
  await list;
  const ids: string[] = [];
  for await (const { id } of list) ids.push(id);
  assert.deepEqual(ids, ["1", "2", "3"]);
  assert.equal(api.requests.length, 3);
});

test("a page that nobody comes to is not asked for", async () => {
  const api = threePages();
  for await (const event of api.webhooks().listEvents()) if (event.id === "2") break;
  assert.equal(api.requests.length, 1);
});

test("a list can begin where another ended", async () => {
  const api = new ScriptedApi(page(["3"], null));
  await api.webhooks().listAttempts("evt_1", { cursor: "cursor/3" });
  assert.deepEqual(queries(api), ["?cursor=cursor%2F3"]);
});

test("what goes wrong on a later page is thrown there, after the items before it", async () => {
  const api = new ScriptedApi(page(["1"], "cursor/2"), refused(401, "UNAUTHORIZED"));
  const ids: string[] = [];
  await assert.rejects(
    async () => {
      for await (const { id } of api.webhooks().listEvents()) ids.push(id);
    },
    { code: "UNAUTHORIZED" },
  );
  assert.deepEqual(ids, ["1"]);
});

test("the iteration ends where the caller ends it", async () => {
  const caller = new AbortController();
  const api = threePages();
  await assert.rejects(
    async () => {
      for await (const event of api.webhooks().listEvents({}, { signal: caller.signal })) caller.abort(new Error(event.id));
    },
    { message: "1" },
  );
  assert.equal(api.requests.length, 1);
});

test("it is a promise in all that promises do", async () => {
  const list = new ScriptedApi(page(["1"], null)).webhooks().listEvents();
  let ended = false;
  const [{ data }] = await Promise.all([list.finally(() => (ended = true))]);
  assert.deepEqual([data.length, ended], [1, true]);
  const failing = new ScriptedApi(refused(403, "FORBIDDEN")).webhooks().listEvents();
  assert.equal(await failing.catch((error: unknown) => (error as { code: string }).code), "FORBIDDEN");
});
