// Each place of the page, and each dialog, as axe sees it, in light and in dark, and no wider than the screen. `hook` is a receiver's URL
// that answers 503 with an hour's Retry-After, `type` the longest name of the catalog. With `phone` the screen is 360 pixels wide.

import { PHONE } from "../browser.mjs";

export const settings = JSON.parse(process.env.GIVEN).phone ? { viewport: PHONE, hasTouch: true } : {};

export async function walk(reader) {
  const { page, given } = reader;
  await reader.open();
  reader.expectRefusal(401);
  await reader.signIn("rail_no_such_key");
  await reader.sees("This is no valid API key.");
  await reader.meetsNoBarrier();
  await reader.signIn();
  await reader.sees("No endpoint is registered yet.");
  await reader.meetsNoBarrier();

  const { id } = await reader.api("POST", "endpoints", {
    url: `${given.hook}?${"a-long-name-without-a-break".repeat(5)}`,
    events: ["contract.*", "kyc.verified", given.type],
    description: "x".repeat(200),
    headers: { "X-Team": "y".repeat(100) },
    metadata: { owner: "z".repeat(100) },
  });
  const event = await reader.api("POST", "events", {
    type: given.type,
    data: { text: "w".repeat(400) },
    metadata: { source: "test" },
  });

  const places = [
    ["#/endpoints", "contract.*"],
    ["#/endpoints/new", "Signing secret"],
    [`#/endpoints/${id}`, "retrying"],
    [`#/endpoints/${id}/statistics`, "Success rate"],
    [`#/endpoints/${id}/edit`, "Rate limit"],
    ["#/events", event.id],
    [`#/events/${event.id}`, "refused"],
    ["#/catalog", "billing.invoice.paid"],
    ["#/catalog/billing.invoice.paid", "Publish one"],
    [`#/catalog/${given.type}`, "Publish one"],
    ["#/nowhere", "There is nothing here"],
  ];
  for (const [place, seen] of places) {
    await reader.open(place);
    await page.getByText(seen).filter({ visible: true }).first().waitFor();
    for (const summary of await page.locator("summary").all()) await summary.click();
    await reader.meetsNoBarrier();
  }

  await reader.open(`#/endpoints/${id}`);
  for (const dialog of ["Rotate secret", "Recover failed", "Delete"]) {
    await reader.press(dialog);
    await page.getByRole("dialog").waitFor();
    await reader.meetsNoBarrier();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  }
  await reader.press("Send test event");
  await reader.sees(reader.region("Test event").getByText("HTTP 503"));
  await reader.meetsNoBarrier();
}
