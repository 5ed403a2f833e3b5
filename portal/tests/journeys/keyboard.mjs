// By keyboard alone: signing in, going to an endpoint, deleting it after a look at the question. `hook` is a receiver's URL.

import assert from "node:assert/strict";

export async function walk(reader) {
  const { page, given } = reader;
  const { id } = await reader.api("POST", "endpoints", { url: given.hook, events: ["*"] });
  await reader.open();
  await page.waitForFunction(() => document.activeElement?.matches("input"));
  await page.keyboard.type(given.key);
  await page.keyboard.press("Enter");
  await reader.arrivesAt("Endpoints");
  await reader.sees(reader.link(given.hook));

  await tabTo(page, given.hook);
  await page.keyboard.press("Enter");
  await reader.arrivesAt(given.hook);
  assert.ok((await page.title()).startsWith(given.hook));

  await page.goBack();
  await reader.arrivesAt("Endpoints");
  await page.goForward();
  await reader.arrivesAt(given.hook);

  await reader.sees(reader.button("Delete"));
  await tabTo(page, "Delete");
  await page.keyboard.press("Enter");
  await reader.dialog("Delete this endpoint?").waitFor();
  // What destroys is not what Enter does at once.
  assert.equal(await focused(page), "Keep it");
  await tabTo(page, "Delete the endpoint");
  await page.keyboard.press("Enter");
  await reader.arrivesAt("Endpoints");
  await reader.sees("No endpoint is registered yet.");
  assert.equal(
    (
      await fetch(new URL(`v1/webhooks/endpoints/${id}`, given.page), {
        headers: { authorization: `Bearer ${given.key}` },
      })
    ).status,
    404,
  );
}

const focused = (page) => page.evaluate(() => document.activeElement.textContent);

/** As many times as there is anything that can have the focus, and not once more. */
async function tabTo(page, text) {
  const most = await page.locator("a, button, input, select, summary, [tabindex='0']").count();
  for (let each = 0; each < most; each += 1) {
    await page.keyboard.press("Tab");
    if ((await focused(page)) === text) {
      assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
      return;
    }
  }
  assert.fail(`Tab does not lead to ${text}`);
}
