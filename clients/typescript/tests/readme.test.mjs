/** What README.md shows: the calls, compiled, and the receivers, run on signed requests. */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";

import ts from "typescript";

const PROGRAMS = new URL("../.tests/readme/", import.meta.url);
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY = '{"id":"evt_1","type":"contract.created","data":{"name":"Jürgen 😀","amount":1.10}}';
const README = await readFile(new URL("../README.md", import.meta.url), "utf-8");

const handled = [];
globalThis.handle = async (event) => {
  if (event.type === "contract.broken") throw new Error("a fault of the receiver");
  handled.push(event);
};

before(() => {
  process.env.WEBHOOK_SECRET = SECRET;
});

function shown(heading, language) {
  const section = README.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`));
  const blocks = [...section.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))];
  assert.equal(blocks.length, 1, heading);
  return blocks[0][1];
}

async function written(name, code) {
  await mkdir(PROGRAMS, { recursive: true });
  const file = new URL(name, PROGRAMS);
  await writeFile(file, code);
  return file;
}

/** The module that a section shows, with the import that stands before all of them. */
async function program(heading) {
  const code = shown("Verify what you receive", "js") + shown(heading, "js");
  const file = await written(`${heading.toLowerCase()}.mjs`, code);
  return import(file.href);
}

function request(body, signedBody = body) {
  const signedAt = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", SECRET).update(`${signedAt}.${signedBody}`).digest("hex");
  const headers = { "content-type": "application/json", "x-iof-signature": `t=${signedAt},v1=${signature}` };
  return new Request("http://127.0.0.1/webhooks", { method: "POST", headers, body });
}

/** What a receiver must do, whatever it is written with. */
async function receives(send) {
  handled.length = 0;
  assert.equal((await send(request(BODY))).status, 204);
  assert.deepEqual(handled, [JSON.parse(BODY)]);
  assert.equal((await send(request(BODY.replace("created", "revoked"), BODY))).status, 400);
  const unsigned = new Request("http://127.0.0.1/webhooks", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: BODY,
  });
  assert.equal((await send(unsigned)).status, 400);
  assert.equal(handled.length, 1);
}

/** By the network, to a server of Node. */
async function over(server, send) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/webhooks`;
  try {
    await send(async (given) => fetch(url, { method: "POST", headers: given.headers, body: await given.arrayBuffer() }));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("the calls compile as they stand", async () => {
  const given = `
    declare const apiKey: string, baseUrl: string, url: string, endpointId: string, rawBody: Buffer, secret: string;
    declare const headers: import("node:http").IncomingHttpHeaders;
  `;
  const file = await written("use.mts", given + shown("Use", "ts"));
  const program = ts.createProgram([fileURLToPath(file)], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    types: ["node"],
    strict: true,
    noEmit: true,
  });
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  assert.deepEqual(problems, []);
});

test("with Express", async () => {
  const { app } = await program("Express");
  await over(createServer(app), async (send) => {
    await receives(send);
    app.use((error, _request, response, _next) => response.status(500).send(error.message));
    assert.equal((await send(request(BODY.replace("created", "broken")))).status, 500);
  });
});

test("with Fastify", async () => {
  const { app } = await program("Fastify");
  await app.ready();
  await over(app.server, async (send) => {
    await receives(send);
    assert.equal((await send(request(BODY.replace("created", "broken")))).status, 500);
  });
});

test("with Next", async () => {
  const { POST } = await program("Next");
  await receives(POST);
  await assert.rejects(POST(request(BODY.replace("created", "broken"))), { message: "a fault of the receiver" });
});

test("with Hono", async () => {
  const { app } = await program("Hono");
  await receives((given) => app.request(given));
});
