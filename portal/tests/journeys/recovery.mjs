// After an outage of a receiver: its statistics show what failed, and all of it is recovered at once. `hook` is a receiver's URL that
// answers 503 with an hour's Retry-After to each of `outage` requests, and from then on 200.

import assert from "node:assert/strict";

export async function walk(reader) {
  const { page, given } = reader;
  const { id } = await reader.api("POST", "endpoints", { url: given.hook, events: ["*"] });
  const published = [];
  for (let each = 0; each < given.outage; each += 1)
    published.push(await reader.api("POST", "events", { type: "contract.created", data: {} }));
  await reader.openSignedIn(`#/endpoints/${id}`);
  const rows = reader.rows("Events that this endpoint received");
  await reader.sees(rows.filter({ hasText: "retrying" }).nth(given.outage - 1));
  // Cancelled here, as failed as after a day of retries.
  for (const event of published) await reader.api("DELETE", `events/${event.id}/retry`);

  await reader.follow("Statistics");
  await page.waitForFunction(() => document.activeElement?.textContent === "Statistics");
  await seesFigures(reader, { Deliveries: "3", "Success rate": "0%", Delivered: "0", Failed: "3", Attempts: "3" });
  assert.equal(await page.locator(".chart canvas").count(), 2);
  await page.getByText("The same as a table").click();
  const counted = reader.rows("Deliveries and latency over time");
  assert.equal(await counted.count(), 48);
  const failed = await counted.evaluateAll((each) => each.map((row) => Number(row.cells[2].innerText)));
  assert.equal(
    failed.reduce((sum, number) => sum + number),
    3,
  );
  await page.getByRole("radio", { name: "1 hour" }).check();
  // Those of the day go at once, and those of the hour come when they are counted.
  await reader.seesNoMore(counted.nth(30));
  await reader.sees(counted.nth(29));
  assert.equal(await counted.count(), 30);
  assert.match(page.url(), /window=1h/);

  await reader.press("Recover failed");
  const dialog = reader.dialog("Recover failed deliveries");
  await reader.field("Since").fill("");
  await reader.press("Recover");
  await reader.sees(dialog.getByText("Say since when"));
  await reader.field("Since").fill(new Date(Date.now() - 48 * 3600_000).toISOString().slice(0, 16));
  await reader.press("Recover");
  await reader.seesNoMore(dialog);
  await reader.sees(reader.region("Recovery").getByText("3 deliveries started again."));
  await reader.follow("Received");
  await reader.sees(rows.filter({ hasText: "delivered" }).nth(2));

  await reader.follow("Statistics");
  await seesFigures(reader, { Deliveries: "3", "Success rate": "100%", Delivered: "3", Failed: "0", Attempts: "6" });
  await reader.follow("Endpoints");
  await reader.sees("3 without failure");
}

async function seesFigures(reader, figures) {
  for (const [name, figure] of Object.entries(figures)) {
    await reader.sees(
      reader.page
        .locator(".figures div")
        .filter({ has: reader.page.getByText(name, { exact: true }) })
        .getByText(figure, { exact: true }),
    );
  }
}
