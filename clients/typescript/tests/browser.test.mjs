/** The built module in a browser, as a page loads it: no bundler, no shims. */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY = '{"id":"evt_1","type":"contract.created","data":{"name":"Jürgen 😀"}}';
const DIST = new URL("../dist/", import.meta.url);

let server;
let browser;
let page;
const published = [];

/** Serves the module, a page, and one route of the API. */
async function serve(request, response) {
  const path = request.url;
  if (path === "/v1/webhooks/events") {
    published.push(request);
    response.writeHead(202, { "content-type": "application/json" }).end('{"id":"evt_1","deliveries":[]}');
  } else if (path.endsWith(".js")) {
    response.writeHead(200, { "content-type": "text/javascript" }).end(await readFile(new URL(path.slice(1), DIST)));
  } else {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>A page</title>");
  }
}

/** Resolves to its port. */
async function listening(server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address().port;
}

before(async () => {
  server = createServer((request, response) => void serve(request, response));
  const port = await listening(server);
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args });
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
});

after(async () => {
  await browser?.close();
  server.close();
});

async function inThePage(code) {
  return page.evaluate(`(async () => { const { IOF, verify } = await import("/index.js"); ${code} })()`);
}

test("a page verifies a signature", async () => {
  const signedAt = Math.floor(Date.now() / 1000);
  const signature = `t=${signedAt},v1=${createHmac("sha256", SECRET).update(`${signedAt}.${BODY}`).digest("hex")}`;
  const call = (body) => [body, signature, SECRET].map((given) => JSON.stringify(given)).join(", ");
  assert.deepEqual(await inThePage(`return await verify(${call(BODY)});`), JSON.parse(BODY));
  assert.equal(await inThePage(`return await verify(${call(`${BODY} `)}).catch((error) => error.reason);`), "no_match");
});

test("a page calls the API that serves it", async () => {
  const event = await inThePage(
    'return await new IOF({ apiKey: "key", baseUrl: location.origin }).webhooks.publishEvent({ type: "a.b", data: {} });',
  );
  assert.equal(event.id, "evt_1");
  const [request] = published;
  assert(request);
  assert.equal(request.headers.authorization, "Bearer key");
  assert.match(String(request.headers["idempotency-key"]), /^[0-9a-f]{32}$/);
});

test("a page learns that nobody answers", async () => {
  const closed = createServer();
  const baseUrl = `http://127.0.0.1:${await listening(closed)}`;
  await new Promise((resolve) => closed.close(resolve));
  const name = await inThePage(`
    const iof = new IOF({ apiKey: "key", baseUrl: "${baseUrl}", maxTries: 1 });
    return await iof.webhooks.getEvent("evt_1").catch((error) => error.name);
  `);
  assert.equal(name, "ConnectionError");
});
