// Walks one journey through the page: node journey.mjs <journey>, one of those in journeys/, with what it needs as JSON in the
// variable GIVEN: always `page` (the page's address) and `key` (an API key).

import { inBrowser } from "./browser.mjs";

const [name] = process.argv.slice(2);
const { walk, settings } = await import(`./journeys/${name}.mjs`);
await inBrowser(JSON.parse(process.env.GIVEN), walk, settings);
