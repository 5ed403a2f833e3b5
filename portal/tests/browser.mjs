// A browser with the page, and what must hold whatever is done in it: nothing is asked of another host, the policy refuses nothing, no
// error is logged that was not expected.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const QUIETLY = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PATIENCE_MS = 20_000;
const DESKTOP = { width: 1280, height: 860 };
export const PHONE = { width: 360, height: 740 };

/** Runs `walk` with a reader of the page at `given.page`, and fails if anything happened that must not. */
export async function inBrowser(given, walk, settings = {}) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIETLY });
  try {
    const context = await browser.newContext({
      viewport: DESKTOP,
      reducedMotion: "reduce",
      locale: "en-GB",
      permissions: ["clipboard-read", "clipboard-write"],
      ...settings,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const reader = new Reader(await context.newPage(), given);
    try {
      await walk(reader);
      assert.deepEqual(reader.complaints, []);
    } catch (error) {
      console.error(`At ${reader.page.url()}\n${await reader.page.locator("body").ariaSnapshot()}`);
      console.error(reader.complaints);
      throw error;
    }
  } finally {
    await browser.close();
  }
}

/** Who reads the page. Finds things by what they are called, as people and screen readers do. */
export class Reader {
  complaints = [];
  #expected = [];
  #forgiven = new Set();

  constructor(page, given) {
    this.page = page;
    this.given = given;
    const own = new URL(given.page).origin;
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol !== "data:" && url.origin !== own) this.complaints.push(`asked another host: ${url}`);
    });
    page.on("pageerror", (error) => this.complaints.push(`threw: ${error.stack}`));
    page.on("console", (message) => this.#logged(message));
  }

  /** The browser logs each refused request as an error. So one that is meant is announced before, and happens once. */
  expectRefusal(status) {
    this.#expected.push(status);
  }

  /** From here on, any number of requests may be refused so: a place asks for several things at once. */
  forgive(status) {
    this.#forgiven.add(status);
  }

  #logged(message) {
    if (message.type() !== "error" && message.type() !== "warning") return;
    const status = Number(
      /^Failed to load resource: the server responded with a status of (\d+)/.exec(message.text())?.[1],
    );
    if (this.#forgiven.has(status)) return;
    const expected = this.#expected.indexOf(status);
    if (expected === -1) this.complaints.push(`logged: ${message.text()} (${message.location().url})`);
    else this.#expected.splice(expected, 1);
  }

  async open(place = "") {
    await this.page.goto(this.given.page + place);
  }

  /** Opens the page as who has signed in before, in this tab. */
  async openSignedIn(place = "", key = this.given.key) {
    await this.open();
    await this.page.evaluate((kept) => sessionStorage.setItem("webhooks-rail.api-key", kept), key);
    await this.page.goto(this.given.page + place);
    await this.page.reload();
  }

  async signIn(key = this.given.key) {
    await this.field("API key").fill(key);
    await this.press("Sign in");
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  link(name) {
    return this.page.getByRole("link", { name, exact: true });
  }

  field(label) {
    return this.page.getByLabel(label, { exact: true });
  }

  dialog(name) {
    return this.page.getByRole("dialog", { name });
  }

  region(name) {
    return this.page.getByRole("region", { name });
  }

  /** A payload, a response, a command. */
  block(name) {
    return this.page.getByRole("group", { name, exact: true });
  }

  rows(table) {
    return this.page.getByRole("table", { name: table }).locator("tbody").getByRole("row");
  }

  async press(name) {
    await this.button(name).click();
  }

  async follow(name) {
    await this.link(name).click();
  }

  /** Waits until it is there: a text, or whatever a locator finds. */
  async sees(what) {
    const locator = typeof what === "string" || what instanceof RegExp ? this.page.getByText(what) : what;
    await locator.first().waitFor();
  }

  async seesNoMore(locator) {
    await locator.waitFor({ state: "hidden" });
  }

  /** The place's heading, which has the focus when one has just come there. */
  async arrivesAt(heading) {
    const found = this.page.getByRole("heading", { level: 1, name: heading });
    await found.waitFor();
    await this.page.waitForFunction((element) => element === document.activeElement, await found.elementHandle());
  }

  /** No serious barrier by axe, in light and in dark, and nothing wider than the screen. */
  async meetsNoBarrier() {
    for (const colorScheme of ["light", "dark"]) {
      await this.page.emulateMedia({ colorScheme });
      await this.page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, colorScheme);
      const serious = await barriers(this.page);
      assert.deepEqual(serious, [], `in ${colorScheme} at ${this.page.url()}`);
    }
    const [content, screen] = await this.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= screen, `${this.page.url()} is ${content} px wide on a screen of ${screen}`);
  }

  /** The API itself, as a program calls it. */
  async api(method, path, body) {
    const answer = await fetch(new URL(`v1/webhooks/${path}`, this.given.page), {
      method,
      headers: { authorization: `Bearer ${this.given.key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer.status === 204 ? null : answer.json();
  }
}

async function barriers(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`,
    );
}
