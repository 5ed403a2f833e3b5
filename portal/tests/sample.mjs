// Made-up answers of the API, for the screenshots: what a tenant of some weeks sees. They are of one moment, so that the same page gives
// the same pictures.

import { readFileSync } from "node:fs";

export const NOW = new Date("2026-11-24T14:32:10Z");
const CATALOG = new URL("../../shared/src/domain/catalog/built_in.json", import.meta.url);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const before = (ms) => new Date(NOW.getTime() - ms).toISOString();
const list = (data) => ({ data, nextCursor: null, hasMore: false });

function endpoint(number, host, status, events, more = {}) {
  return {
    id: `we_01KB2V7Q8${number}WJ4T6N0XZ5RGEYA`,
    url: `https://${host}/webhooks`,
    events,
    status,
    disabledReason: null,
    disabledAt: null,
    description: null,
    metadata: {},
    headers: {},
    rateLimit: null,
    createdAt: before((70 - 9 * number) * DAY + 31 * number * MINUTE),
    updatedAt: before(9 * DAY),
    ...more,
  };
}

const ENDPOINTS = [
  endpoint(1, "hooks.northwind.example", "active", ["contract.*", "kyc.*"], {
    description: "Production: the ledger books what comes here",
    headers: { "X-Environment": "production" },
    metadata: { owner: "ledger" },
    rateLimit: 50,
  }),
  endpoint(2, "crm.northwind.example", "active", ["contract.created", "contract.closed", "billing.invoice.paid"], {
    description: "Customer relations",
  }),
  endpoint(3, "audit.northwind.example", "active", ["*"]),
  endpoint(4, "staging.northwind.example", "paused", ["contract.*"], {
    description: "Paused while the new version is rolled out",
  }),
  endpoint(5, "old.northwind.example", "disabled", ["kyc.verified"], {
    disabledReason: "gone",
    disabledAt: before(3 * DAY),
  }),
];
const [LEDGER, CRM, AUDIT] = ENDPOINTS;

/** Deliveries of the last 24 hours: delivered, failed, retrying. Those of the CRM are shown as a chart too. */
const HEALTH = new Map([
  [LEDGER.id, [1204, 0, 0]],
  [AUDIT.id, [1893, 2, 0]],
  [ENDPOINTS[3].id, [0, 0, 0]],
  [ENDPOINTS[4].id, [0, 0, 0]],
]);

const types = JSON.parse(readFileSync(CATALOG, "utf8"))
  .map((type) => ({ ...type, updatedAt: null }))
  .sort((one, other) => (one.name < other.name ? -1 : 1));
const typeOf = (name) => types.find((type) => type.name === name);

const EVENT_ID = "evt_01KB2VC3M8Q5T0ZN7W4XJ6RGEA";
const attempt = (endpointId, number, agoMs, durationMs, outcome, responseStatus, responseBody, error = null) => ({
  endpointId,
  number,
  round: 1,
  trigger: "policy",
  startedAt: before(agoMs),
  durationMs,
  outcome,
  responseStatus,
  error,
  responseBody,
});
const ATTEMPTS = [
  attempt(LEDGER.id, 1, 6.6 * MINUTE, 41, "accepted", 200, '{"booked":true}'),
  attempt(CRM.id, 1, 6.6 * MINUTE, 87, "refused", 503, '{"error":"database is in maintenance"}'),
  attempt(AUDIT.id, 1, 6.6 * MINUTE, 12, "accepted", 204, null),
  attempt(CRM.id, 2, 5.5 * MINUTE, 15_000, "timed_out", null, null, "no answer within 15 s"),
];
const delivery = (endpointId, status, attempts, nextAttemptAt, lastAttemptAt) => ({
  endpointId,
  status,
  attempts,
  nextAttemptAt,
  lastAttemptAt,
  reason: null,
});
const EVENT = {
  id: EVENT_ID,
  type: "contract.created",
  status: "retrying",
  createdAt: before(6.61 * MINUTE),
  metadata: { source: "contract-service", traceId: "4bf92f3577b34da6" },
  deliveries: [
    delivery(LEDGER.id, "delivered", 1, null, before(6.6 * MINUTE)),
    delivery(CRM.id, "retrying", 2, new Date(NOW.getTime() + 47_000).toISOString(), before(5.5 * MINUTE)),
    delivery(AUDIT.id, "delivered", 1, null, before(6.6 * MINUTE)),
  ],
  data: typeOf("contract.created").example,
};

/** Between 0 and 1, the same for the same number. */
const noise = (seed) => Math.abs(Math.sin(seed * 12.9898) * 43758.5453) % 1;

function stats(endpointId, query) {
  const [since, until] = [Date.parse(query.get("since")), Date.parse(query.get("until"))];
  const count = Number(query.get("buckets"));
  const width = (until - since) / count;
  const buckets = Array.from({ length: count }, (_, index) => bucket(since + index * width, width, index));
  const [delivered, failed, retrying] = HEALTH.get(endpointId) ?? sums(NOW.getTime() - DAY);
  return {
    endpointId,
    since: query.get("since"),
    until: query.get("until"),
    deliveries: { total: delivered + failed + retrying, delivered, failed, retrying, pending: 0 },
    attempts: { total: delivered + 5 * failed + 2 * retrying, accepted: delivered },
    successRate: delivered + failed === 0 ? null : delivered / (delivered + failed),
    latencyMs: delivered === 0 ? null : { p50: 46, p90: 118, p99: 604, max: 1840 },
    buckets,
    complete: true,
  };
}

/** Of a day in half hours. */
function sums(from) {
  const day = Array.from({ length: 48 }, (_, index) => bucket(from + index * 30 * MINUTE, 30 * MINUTE, index));
  return ["delivered", "failed", "retrying"].map((name) => day.reduce((sum, each) => sum + each[name], 0));
}

/** A day with few events at night, and an outage of the receiver in the morning. */
function bucket(from, width, index) {
  const hour = new Date(from).getUTCHours() + new Date(from).getUTCMinutes() / 60;
  const busy = Math.max(0.08, Math.sin(((hour - 5) / 15) * Math.PI));
  const isOutage = hour >= 9 && hour < 10;
  const all = Math.round(24 * busy * (0.6 + 0.6 * noise(index)));
  const failed = isOutage ? 2 : 0;
  const p50 = Math.round((isOutage ? 160 : 36) + 22 * noise(index + 100));
  const p90 = Math.round(p50 * (1.9 + noise(index + 200)));
  return {
    since: new Date(from).toISOString(),
    until: new Date(from + width).toISOString(),
    delivered: all - failed,
    failed,
    retrying: hour >= 14 && hour < 14.5 ? 5 : 0,
    pending: 0,
    latencyMs: { p50, p90, p99: Math.round(p90 * (1.8 + 2 * noise(index + 300))), max: 1840 },
  };
}

/** What the API says at this path, below v1/webhooks/. */
export function answer(path, query) {
  const [kind, id, part] = path.split("/");
  if (kind === "endpoints" && part === "stats") return stats(id, query);
  if (kind === "endpoints") return id ? ENDPOINTS.find((each) => each.id === id) : list(ENDPOINTS);
  if (kind === "events" && part === "attempts") return list(ATTEMPTS);
  if (kind === "events") return id ? EVENT : list([EVENT]);
  if (kind === "event-types") return id ? typeOf(decodeURIComponent(id)) : list(types);
  throw new Error(`no answer at ${path}`);
}

export const PLACES = {
  endpoints: "#/endpoints",
  event: `#/events/${EVENT_ID}`,
  statistics: `#/endpoints/${CRM.id}/statistics`,
  type: "#/catalog/contract.created",
};
