// The routes of the API that this page uses.

import { object, text } from "./call";
import type {
  Attempt,
  Endpoint,
  EndpointPatch,
  Event,
  EventType,
  List,
  NewEndpoint,
  Recovery,
  Stats,
  Status,
  Time,
} from "./objects";

/** The longest page that a list gives. */
export const LONGEST_PAGE = 100;

type Abort = AbortSignal | undefined;

const endpoint = (id: string, rest = "") => `endpoints/${encodeURIComponent(id)}${rest}`;
const event = (id: string, rest = "") => `events/${encodeURIComponent(id)}${rest}`;

/** Whether the API takes this key. Throws what it says if not. */
export async function tryKey(key: string): Promise<void> {
  await text("GET", "endpoints", { query: { limit: 1 }, key });
}

export const listEndpoints = (cursor: string | undefined, signal?: Abort) =>
  object<List<Endpoint>>("GET", "endpoints", { query: { limit: LONGEST_PAGE, cursor }, signal });

export const getEndpoint = (id: string, signal?: Abort) => object<Endpoint>("GET", endpoint(id), { signal });

export const createEndpoint = (body: NewEndpoint) => object<Endpoint>("POST", "endpoints", { body });

export const updateEndpoint = (id: string, body: EndpointPatch) => object<Endpoint>("PATCH", endpoint(id), { body });

export const deleteEndpoint = (id: string) => text("DELETE", endpoint(id));

export const rotateSecret = (id: string, body: { overlapHours: number; secret?: string }) =>
  object<Endpoint>("POST", endpoint(id, "/rotate-secret"), { body });

export const testEndpoint = (id: string) => object<Event>("POST", endpoint(id, "/test"), { body: {} });

export const recover = (id: string, body: { since: Time; until?: Time }) =>
  object<Recovery>("POST", endpoint(id, "/recover"), { body });

export const getRecovery = (id: string, recoveryId: string, signal?: Abort) =>
  object<Recovery>("GET", endpoint(id, `/recoveries/${encodeURIComponent(recoveryId)}`), { signal });

export const getStats = (id: string, since: Time, until: Time, buckets: number, signal?: Abort) =>
  object<Stats>("GET", endpoint(id, "/stats"), { query: { since, until, buckets }, signal });

/** What a list of events may be narrowed to. */
export interface EventFilter {
  endpointId?: string | undefined;
  status?: Status | undefined;
  type?: string | undefined;
}

export const listEvents = (filter: EventFilter, limit: number, cursor: string | undefined, signal?: Abort) =>
  object<List<Event>>("GET", "events", { query: { ...filter, limit, cursor }, signal });

/** The event as the API wrote it, to the letter: a payload's numbers may be more exact than a browser's. */
export const getEventText = (id: string, signal?: Abort) => text("GET", event(id), { signal });

export const listAttempts = (id: string, cursor: string | undefined, signal?: Abort) =>
  object<List<Attempt>>("GET", event(id, "/attempts"), { query: { limit: LONGEST_PAGE, cursor }, signal });

export const retryEvent = (id: string, endpointId?: string) =>
  object<Event>("POST", event(id, "/retry"), { body: endpointId === undefined ? {} : { endpointId } });

export const cancelRetries = (id: string, endpointId?: string) =>
  object<Event>("DELETE", event(id, "/retry"), { query: { endpointId } });

export const listEventTypes = (cursor: string | undefined, signal?: Abort) =>
  object<List<EventType>>("GET", "event-types", { query: { limit: LONGEST_PAGE, cursor }, signal });

export const getEventTypeText = (name: string, signal?: Abort) =>
  text("GET", `event-types/${encodeURIComponent(name)}`, { signal });

/** All of a list, page after page. */
export async function all<T>(page: (cursor: string | undefined) => Promise<List<T>>): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | undefined;
  do {
    const next = await page(cursor);
    found.push(...next.data);
    cursor = next.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}
