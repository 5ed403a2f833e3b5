// Makes the pictures of the README: node tests/screenshots.mjs, after a build. The page is the built one, under its policy; what it shows
// are the made-up answers of sample.mjs.

import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { NOW, PLACES, answer } from "./sample.mjs";

const DIST = new URL("../dist/", import.meta.url);
const OUT = new URL("../../docs/screenshots/", import.meta.url);
const PAGE = "https://rail.example/portal";
const WIDTH = 1280;

/** A picture, how high it is, and what is there when the place is complete. */
const PICTURES = [
  { name: "endpoints-light", height: 560, place: PLACES.endpoints, complete: "1,204 without failure" },
  { name: "event-dark", height: 1040, place: PLACES.event, complete: "database is in maintenance" },
  { name: "endpoint-stats-light", height: 960, place: PLACES.statistics, complete: "Latency of answered attempts" },
  { name: "catalog-dark", height: 960, place: PLACES.type, complete: "Publish one" },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
for (const { name, height, place, complete } of PICTURES) {
  const context = await browser.newContext({
    viewport: { width: WIDTH, height },
    colorScheme: name.endsWith("-dark") ? "dark" : "light",
    locale: "en-GB",
    timezoneId: "UTC",
    reducedMotion: "reduce",
  });
  await context.route("**/*", served);
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW);
  await page.addInitScript(() => sessionStorage.setItem("webhooks-rail.api-key", "sample"));
  await page.goto(PAGE + place);
  await page.getByText(complete).first().waitFor();
  await page.screenshot({ path: new URL(`${name}.png`, OUT).pathname });
  await context.close();
}
await browser.close();

function served(route) {
  const url = new URL(route.request().url());
  if (url.href.startsWith(PAGE)) {
    const body = readFileSync(new URL("index.html", DIST));
    const policy = readFileSync(new URL("csp.txt", DIST), "utf8");
    return route.fulfill({
      body,
      contentType: "text/html; charset=utf-8",
      headers: { "content-security-policy": policy },
    });
  }
  const [, path] = url.pathname.split("/v1/webhooks/");
  return route.fulfill({ json: answer(path, url.searchParams) });
}
