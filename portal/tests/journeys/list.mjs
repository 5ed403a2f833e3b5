// A list of events while more of them come: it stays where it is, tells what is new, and can be narrowed. `hook` is a receiver's URL that
// answers 503 with an hour's Retry-After, and from then on 200.

import assert from "node:assert/strict";

const TABLE = "Events that this endpoint received";
/** More than a page of the list, which has 50. */
const MANY = 60;

export async function walk(reader) {
  const { given } = reader;
  const { id } = await reader.api("POST", "endpoints", { url: given.hook, events: ["*"] });
  const first = await reader.api("POST", "events", { type: "contract.created", data: {} });
  await reader.openSignedIn(`#/endpoints/${id}`);
  const rows = reader.rows(TABLE);
  await reader.sees(rows.filter({ hasText: "retrying" }));

  await newOnesWait(reader, rows, first.id);
  await statusesFollow(reader, rows, first.id);
  await canBeSwitchedOff(reader, rows);
  await isReadByPages(reader, rows);
  await isNarrowed(reader, rows, first.id);
}

async function newOnesWait(reader, rows, firstId) {
  const { page } = reader;
  const read = rows.first().getByRole("link");
  await read.focus();
  const before = await read.boundingBox();
  await reader.api("POST", "events", { type: "kyc.verified", data: {} });
  await reader.sees("1 new");
  assert.deepEqual(await read.boundingBox(), before);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), firstId);
  assert.equal(await rows.count(), 1);
  await reader.sees(page.locator("#announcements").getByText("1 new"));

  await reader.press("Show");
  await reader.sees(rows.nth(1));
  await page.waitForFunction(() => document.activeElement?.matches("section"));
}

/** Of a row that is shown, without being asked. */
async function statusesFollow(reader, rows, firstId) {
  await reader.api("POST", `events/${firstId}/retry`, {});
  await reader.sees(rows.filter({ hasText: firstId }).filter({ hasText: "delivered" }));
}

async function canBeSwitchedOff(reader, rows) {
  const { page } = reader;
  const asked = [];
  const note = (request) => asked.push(request.url());
  await page.getByRole("switch", { name: "Live" }).uncheck();
  await page.clock.install();
  page.on("request", note);
  await page.clock.runFor(60_000);
  assert.deepEqual(
    asked.filter((url) => url.includes("/events")),
    [],
  );
  page.off("request", note);
  await page.clock.resume();
  await reader.api("POST", "events/batch", {
    events: Array.from({ length: MANY }, () => ({ type: "contract.updated", data: {} })),
  });
  await page.getByRole("switch", { name: "Live" }).check();
  await reader.sees("50 or more new");
  assert.equal(await rows.count(), 2);
}

async function isReadByPages(reader, rows) {
  await reader.press("Show");
  await reader.sees(rows.nth(49));
  assert.equal(await rows.count(), 50);
  await reader.press("Load more");
  await reader.sees(`That is all: ${MANY + 2} events.`);
  const ids = await rows.getByRole("link").allInnerTexts();
  assert.equal(new Set(ids).size, MANY + 2);
  assert.deepEqual(ids, ids.toSorted().reverse());
}

async function isNarrowed(reader, rows, firstId) {
  const { page } = reader;
  await reader.field("Event type").fill("contract.created");
  await reader.field("Event type").press("Enter");
  await reader.sees("That is all: 1 event.");
  assert.deepEqual(await rows.getByRole("link").allInnerTexts(), [firstId]);
  assert.match(page.url(), /type=contract\.created/);

  await reader.field("Status").selectOption("failed");
  await reader.sees("No event fits these filters.");
  await reader.press("Clear");
  await reader.sees(rows.nth(49));

  reader.expectRefusal(400);
  await reader.field("Event type").fill("contract..created");
  await reader.field("Event type").press("Enter");
  await reader.sees(page.locator("input[aria-invalid=true]"));
  await reader.press("Clear");
  await reader.sees(rows.nth(49));

  // Everything was published within the last minutes.
  const minutesFromNow = (minutes) =>
    page.evaluate((ms) => {
      const at = new Date(Date.now() + ms);
      return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    }, minutes * 60_000);
  await reader.field("Until").fill(await minutesFromNow(-60));
  await reader.sees("No event fits these filters.");
  await reader.field("Until").fill(await minutesFromNow(60));
  await reader.field("From").fill(await minutesFromNow(-60));
  await reader.sees(`That is all: ${MANY + 2} events.`);
}
