// The catalog: found, read, published from, subscribed to.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

export async function walk(reader) {
  const { page, given } = reader;
  await reader.openSignedIn("#/catalog");
  const types = reader.rows("Event types");
  await reader.sees(types.nth(12));
  await reader.field("Find").fill("kyc.verified");
  await reader.seesNoMore(types.nth(1));
  await reader.follow("kyc.verified");
  await reader.arrivesAt("kyc.verified");
  const { example, schema } = await reader.api("GET", "event-types/kyc.verified");
  assert.deepEqual(JSON.parse(await reader.block("example").innerText()), example);
  assert.deepEqual(JSON.parse(await reader.block("schema").innerText()), schema);
  const [property] = Object.keys(schema.properties);
  await reader.sees(reader.rows("Properties of the data").filter({ hasText: property }));

  // The command does what it says, with a key in the environment.
  await reader.press("Copy curl command");
  await reader.sees("Copied");
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const answer = execFileSync("bash", ["-c", command], {
    env: { ...process.env, RAIL_API_KEY: given.key, NO_PROXY: "*" },
    encoding: "utf8",
  });
  const { id } = JSON.parse(answer);
  assert.deepEqual((await reader.api("GET", `events/${id}`)).data, example);

  await reader.follow("Events");
  await reader.arrivesAt("Events");
  await reader.sees(reader.rows("Events, newest first").filter({ hasText: "no endpoint subscribes to it" }));

  await reader.openSignedIn("#/endpoints/new");
  await reader.field("URL").fill("http://127.0.0.1:9/");
  await page.getByText("Pick from the catalog").click();
  await page.getByRole("checkbox", { name: "kyc.verified" }).check();
  await page.getByRole("checkbox", { name: "contract.*" }).check();
  await reader.press("Remove kyc.verified");
  await reader.press("Register");
  await reader.press("I have stored it");
  const { data } = await reader.api("GET", "endpoints");
  assert.deepEqual(
    data.map(({ events }) => events),
    [["contract.*"]],
  );
}
