// Which keys get in, and what is said to those that do not, or lack a scope. `revoked` is a key that was valid once, `readOnly` one with
// the scope endpoints:read alone; `key` has an endpoint at `hook`.

import assert from "node:assert/strict";

export async function walk(reader) {
  const { page, given } = reader;
  const { id } = await reader.api("POST", "endpoints", { url: given.hook, events: ["*"] });
  await reader.open(`#/endpoints/${id}`);
  await reader.press("Sign in");
  await reader.sees("Enter an API key.");
  reader.expectRefusal(401);
  await reader.signIn("rail_no_such_key");
  await reader.sees("This is no valid API key.");
  await page.waitForFunction(() => document.activeElement?.matches("input[aria-invalid=true]"));

  // Whoever signs in comes to where they wanted to go.
  await reader.signIn();
  await reader.arrivesAt(given.hook);
  const stored = await page.evaluate(() => [
    JSON.stringify({ ...sessionStorage }),
    JSON.stringify({ ...localStorage }),
    document.cookie,
  ]);
  assert.deepEqual(
    stored.map((place) => place.includes(reader.given.key)),
    [true, false, false],
  );
  await reader.press("Sign out");
  await reader.sees(page.getByRole("heading", { name: "Sign in" }));
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);

  await revoked(reader, id);
  await withoutScope(reader, id);
}

async function revoked(reader, id) {
  const { page, given } = reader;
  await reader.signIn();
  await reader.arrivesAt(given.hook);
  // As if it were revoked while the page is open: the next request says so.
  await page.evaluate((key) => sessionStorage.setItem("webhooks-rail.api-key", key), given.revoked);
  reader.forgive(401);
  await page.reload();
  await reader.sees("The API key is no longer valid.");
  await reader.sees(page.getByRole("heading", { name: "Sign in" }));
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
}

async function withoutScope(reader, id) {
  const { page, given } = reader;
  reader.forgive(403);
  await reader.signIn(given.readOnly);
  await reader.arrivesAt(given.hook);
  await reader.press("Pause");
  await reader.sees(page.getByRole("alert").getByText(/lacks the scope `endpoints:write`/));
  await reader.sees(page.getByRole("alert").getByText(/lacks the scope `events:read`/));
  assert.equal((await reader.api("GET", `endpoints/${id}`)).status, "active");
}
