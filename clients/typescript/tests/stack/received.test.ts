/** A request of the rail, as an endpoint received it. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { IOF, verify } from "@iof/webhooks";

import { setting } from "./setting.js";

const OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

interface Received {
  body: string;
  headers: Record<string, string>;
}

const { body, headers } = JSON.parse(await readFile(setting("RECEIVED"), "utf-8")) as Received;
const rawBody = Buffer.from(body, "base64");
const secret = setting("WEBHOOK_SECRET");
const iof = new IOF({ apiKey: "any", baseUrl: "https://api.example.com" });

test("it is verified by either signature, with the client and without", async () => {
  const event = await iof.webhooks.verify(rawBody, headers["x-iof-signature"], secret);
  assert.equal(event.type, "contract.created");
  assert.deepEqual(event.data, { name: "Jürgen 😀" });
  assert.match(event.metadata.tenantId, /^tenant-/);
  assert.equal(event.id, headers["webhook-id"]);
  assert(Date.parse(event.created));

  assert.deepEqual(await verify(rawBody, headers, secret), event);
  assert.deepEqual(await verify(rawBody.toString(), new Headers(headers), secret), event);
});

test("it is refused with another secret, another body, and tomorrow", async () => {
  const tampered = Buffer.from(rawBody.toString().replace("contract.created", "contract.deleted"));
  const tomorrow = new Date(Date.now() + 86_400_000);
  for (const signature of [headers["x-iof-signature"], headers]) {
    await assert.rejects(verify(tampered, signature, secret), { reason: "no_match" });
    await assert.rejects(verify(rawBody, signature, OTHER_SECRET), { reason: "no_match" });
    await assert.rejects(verify(rawBody, signature, secret, { now: tomorrow }), { reason: "too_old" });
  }
});
