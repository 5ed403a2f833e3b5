// Runs what the guide shows of Node on one request: body on the standard input, headers and secret in the environment.
import { buffer } from "node:stream/consumers";

import { verify } from "./verify.mjs";

const headers = {};
for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
  const value = process.env[name.toUpperCase().replace("-", "_")];
  if (value !== undefined) headers[name] = value;
}
const body = await buffer(process.stdin);
let verdict;
try {
  verdict = `genuine ${verify(body, headers, process.env.WEBHOOK_SECRET).type}`;
} catch (error) {
  // Anything else is a flaw of the code itself.
  if (error.constructor !== Error && error.name !== "WebhookVerificationError") throw error;
  verdict = `refused: ${error.message}`;
}
console.log(verdict);
