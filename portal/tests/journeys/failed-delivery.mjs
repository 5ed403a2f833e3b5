// An endpoint is registered; an event fails there; once the receiver is mended it is retried, and delivered. `hook` is a receiver's URL
// that answers 503 with an hour's Retry-After, and from then on 200.

import assert from "node:assert/strict";

/** As it is published, and must be shown: to the letter, however exact its numbers are, and never as HTML. */
const DATA =
  '{"contractId":"c_1","amount":1.10,"number":12345678901234567890,"note":"<img src=x onerror=alert(1)>","none":[],"some":[{"a":null}]}';
const SHOWN = `{
  "contractId": "c_1",
  "amount": 1.10,
  "number": 12345678901234567890,
  "note": "<img src=x onerror=alert(1)>",
  "none": [],
  "some": [
    {
      "a": null
    }
  ]
}`;

export async function walk(reader) {
  const { page, given } = reader;
  await reader.open();
  await reader.signIn();
  await reader.arrivesAt("Endpoints");
  await reader.sees("No endpoint is registered yet.");

  await reader.follow("Register an endpoint");
  await reader.arrivesAt("Register an endpoint");
  await seesWhatIsWrongWithAField(reader);
  await reader.field("URL").fill(given.hook);
  await reader.field("Description").fill("Ledger <b>team</b>");
  await reader.press("Register");
  await seesTheSecretOnce(reader);
  await reader.arrivesAt(given.hook);
  await reader.sees("Nothing was sent here yet.");
  await reader.sees("Ledger <b>team</b>");

  const { id } = await reader.api("POST", "events", `{"type":"contract.created","data":${DATA}}`);
  const row = reader.rows("Events that this endpoint received").filter({ hasText: "retrying" });
  await row.getByRole("link", { name: id }).click();
  await reader.arrivesAt("contract.created");
  assert.equal(await reader.block("payload").innerText(), SHOWN);
  await reader.press("Copy payload");
  await reader.sees("Copied");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), SHOWN);

  const attempts = reader.rows(`Attempts to deliver to ${given.hook}`);
  await reader.sees(attempts.filter({ hasText: "refused HTTP 503" }));
  await reader.sees(/next attempt in (1:00:00 h|59:\d\d min)/);
  await reader.press(`Retry the delivery to ${given.hook}`);
  await reader.sees(attempts.filter({ hasText: "accepted HTTP 200" }));
  assert.deepEqual(
    await attempts.evaluateAll((rows) => rows.map((each) => each.cells[0].innerText + each.cells[3].innerText)),
    ["1publish", "2by hand"],
  );
  await reader.sees(page.getByRole("article").getByText("delivered"));
  await reader.seesNoMore(reader.button(`Retry the delivery to ${given.hook}`));
  // The button is gone, and who pressed it is still at the delivery.
  await page.waitForFunction(() => document.activeElement?.matches("article"));
}

async function seesWhatIsWrongWithAField(reader) {
  const { page } = reader;
  await reader.field("URL").fill("ftp://127.0.0.1/");
  await reader.field("Add a pattern").fill("contract.*");
  // Enter adds the pattern, and does not send the form.
  await reader.field("Add a pattern").press("Enter");
  await reader.sees(reader.button("Remove contract.*"));
  reader.expectRefusal(400);
  await reader.press("Register");
  await page.waitForFunction(() => document.activeElement?.matches("input[type=url][aria-invalid=true]"));
  const described = await reader.field("URL").getAttribute("aria-describedby");
  const wrong = await page.locator(`#${described.split(" ").at(-1)}`).innerText();
  assert.match(wrong, /http/);
}

async function seesTheSecretOnce(reader) {
  const { page } = reader;
  const dialog = reader.dialog("The endpoint is registered");
  await dialog.waitFor();
  // Browsers close a dialog at the second Escape, unless it insists.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await reader.press("Copy signing secret");
  await reader.sees(dialog.getByText("Copied"));
  const secret = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(secret, /^whsec_[A-Za-z0-9+/=]{32,}$/);
  assert.equal(await dialog.locator("code").innerText(), secret);
  await reader.press("I have stored it");
  await reader.seesNoMore(dialog);
  const kept = await page.evaluate(
    () =>
      document.documentElement.outerHTML +
      JSON.stringify([{ ...sessionStorage }, { ...localStorage }, location.href, history.state]),
  );
  assert.ok(!kept.includes(secret));
}
