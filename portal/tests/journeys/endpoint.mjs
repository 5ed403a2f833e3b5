// What is done with an endpoint: tested, paused, changed, its secret rotated, deleted. `hook` is a receiver's URL that answers 200.

import assert from "node:assert/strict";

export async function walk(reader) {
  const { page, given } = reader;
  const { id } = await reader.api("POST", "endpoints", {
    url: given.hook,
    events: ["contract.*"],
    description: "Ledger",
    headers: { "X-Team": "ledger" },
  });
  await reader.openSignedIn(`#/endpoints/${id}`);
  await reader.sees(given.hook);
  await test(reader, id);
  await pause(reader, id);
  await change(reader, id);
  await rotate(reader, id);
  await remove(reader, id);
  await reader.sees("No endpoint is registered yet.");
  assert.equal(new URL(page.url()).hash, "#/endpoints");
}

async function test(reader, id) {
  await reader.press("Send test event");
  const result = reader.region("Test event");
  await reader.sees(result.getByText(/accepted, HTTP 200, in \d+ ms/));
  await reader.sees(result.getByText("delivered"));
  const { data } = await reader.api("GET", `events?endpointId=${id}`);
  assert.equal(data[0].type, "webhook.test");
  await reader.sees(reader.rows("Events that this endpoint received").filter({ hasText: "webhook.test" }));
}

async function pause(reader, id) {
  await reader.press("Pause");
  await reader.sees(reader.page.locator(".title").getByText("paused"));
  // The focus is where it was: on what undoes it.
  await reader.page.waitForFunction(() => document.activeElement?.textContent === "Activate");
  assert.equal((await reader.api("GET", `endpoints/${id}`)).status, "paused");
  reader.expectRefusal(409);
  await reader.press("Send test event");
  await reader.sees(reader.page.getByRole("alert").getByText(/paused/));
  await reader.press("Activate");
  await reader.sees(reader.page.locator(".title").getByText("active"));
  await reader.press("Disable");
  await reader.sees(reader.page.locator(".title").getByText("disabled"));
  await reader.sees("by hand");
  await reader.press("Activate");
  await reader.sees(reader.page.locator(".title").getByText("active"));
}

async function change(reader, id) {
  const { given } = reader;
  await reader.follow("Edit");
  await reader.arrivesAt("Edit endpoint");
  await reader.field("Description").fill("Ledger and audit");
  await reader.field("Rate limit").fill("501");
  reader.expectRefusal(400);
  await reader.press("Save");
  await reader.sees(/1 to 500\.$/);
  await reader.field("Rate limit").fill("50");
  await reader.press("Remove header 1");
  await reader.press("Add an entry");
  await reader.field("Name of entry 1").fill("owner");
  await reader.field("Value of entry 1").fill("audit");
  await reader.press("Save");
  await reader.arrivesAt(given.hook);
  await reader.sees("Ledger and audit");
  const { description, rateLimit, headers, metadata, events } = await reader.api("GET", `endpoints/${id}`);
  assert.deepEqual(
    { description, rateLimit, headers, metadata, events },
    {
      description: "Ledger and audit",
      rateLimit: 50,
      headers: {},
      metadata: { owner: "audit" },
      events: ["contract.*"],
    },
  );
}

async function rotate(reader) {
  await reader.press("Rotate secret");
  await reader.dialog("Rotate the signing secret").waitFor();
  await reader.field("Overlap in hours").fill("169");
  reader.expectRefusal(400);
  await reader.press("Rotate");
  await reader.sees("Must be 0 to 168 hours.");
  await reader.field("Overlap in hours").fill("2");
  await reader.field("New secret").fill("a-secret-of-our-own-long-enough");
  await reader.press("Rotate");
  const shown = reader.dialog("The secret is rotated");
  await reader.sees(shown.getByText("a-secret-of-our-own-long-enough"));
  await reader.press("I have stored it");
  await reader.seesNoMore(shown);
}

async function remove(reader, id) {
  const { page, given } = reader;
  const question = reader.dialog("Delete this endpoint?");
  await reader.press("Delete");
  await reader.sees(question.getByText(given.hook));
  await page.keyboard.press("Escape");
  await reader.seesNoMore(question);
  await page.waitForFunction(() => document.activeElement?.textContent === "Delete");
  await reader.press("Delete");
  await reader.press("Keep it");
  await reader.seesNoMore(question);
  assert.equal((await reader.api("GET", `endpoints/${id}`)).id, id);
  await reader.press("Delete");
  await reader.press("Delete the endpoint");
  await reader.arrivesAt("Endpoints");
  assert.deepEqual((await reader.api("GET", "endpoints")).data, []);
}
