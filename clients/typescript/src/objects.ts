/** The API's objects by name. What they hold comes from openapi.json; what stands here in full is more precise than that. */

import type { components, operations } from "./schema.js";

type Schemas = components["schemas"];
type Schema<Name extends keyof Schemas> = Schemas[Name];
type Query<Operation extends keyof operations> = NonNullable<operations[Operation]["parameters"]["query"]>;

/** A moment. As text: RFC 3339, such as `2026-11-24T09:30:00Z`. */
export type Time = Date | string;

/** Where a tenant wants which events. */
export interface Endpoint extends Omit<Schema<"Endpoint">, "secret"> {}

/** An endpoint with its signing secret, which is shown this once. */
export interface EndpointWithSecret extends Endpoint {
  secret: string;
}

/** What `createEndpoint` takes. */
export interface NewEndpoint extends Schema<"NewEndpoint"> {}

/** What `updateEndpoint` takes: what is absent stays. */
export interface EndpointChanges extends Schema<"EndpointPatch"> {}

/** What `rotateSecret` takes. */
export interface Rotation extends Schema<"Rotation"> {}

/** `active`; `paused`: what arrives is kept; `disabled`: takes nothing. */
export type EndpointStatus = Schema<"EndpointStatus">;

/** An event with its deliveries. */
export interface Event extends Omit<Schema<"Event">, "data" | "deliveries"> {
  /** One for each endpoint it goes to. */
  deliveries: Delivery[];
}

/** An event with its deliveries and its data. Numbers in it are read as JavaScript reads them. */
export interface EventWithData extends Event {
  data: Record<string, unknown>;
}

/** What `publishEvent` takes. */
export interface NewEvent extends Omit<Schema<"NewEvent">, "data" | "metadata"> {
  /** The particulars: an object, of at most 256 KB as JSON. */
  data: object;
  /** The publisher's notes, of at most 16 KB as JSON. */
  metadata?: object | null;
}

/** An event of a batch. With more than 15,000 deliveries in the batch, its events come without them. */
export interface EventOfBatch extends Omit<Event, "deliveries"> {
  deliveries?: Delivery[];
}

/** What became of one event of a batch: the event, or why there is none. */
export type PublishResult =
  | { status: number; event: EventOfBatch; error?: never }
  | { status: number; event?: never; error: Schema<"Error"> };

/** What became of the events of a batch. */
export interface PublishResults extends Omit<Schema<"PublishedEvents">, "data"> {
  /** What became of each, in the order of the request. */
  data: PublishResult[];
}

/** One event on its way to one endpoint. */
export interface Delivery extends Schema<"Delivery"> {}

/** Of a delivery; of an event: retrying if any delivery is, else pending, else failed, else delivered. */
export type Status = Schema<"Status">;

/** One HTTP request of a delivery. */
export interface Attempt extends Schema<"Attempt"> {}

/** A recovery of what failed at an endpoint, as it stood when it was asked for. */
export interface Recovery extends Schema<"Recovery"> {}

/** Which failed deliveries to recover, by when their events were published. */
export interface RecoveryPeriod extends Omit<Schema<"NewRecovery">, "since" | "until"> {
  since: Time;
  /** Up to, and without, this moment: now, if absent. */
  until?: Time;
}

/** What became of an endpoint's deliveries over a period. */
export interface Stats extends Schema<"Stats"> {}

/** The period of `getStats`: the last 24 hours, if absent. */
export interface StatsPeriod extends Omit<Query<"getStats">, "since" | "until"> {
  since?: Time;
  until?: Time;
}

/** An event type of the catalog, which is the same for all tenants. */
export interface EventType extends Schema<"EventType"> {}

/** What `putEventType` takes. */
export interface NewEventType extends Schema<"EventTypeInput"> {}

/** Where a list begins, and how much of it comes with one request. */
export interface PageFilter extends Query<"listEndpoints"> {}

/** Which events to list. */
export interface EventFilter extends Query<"listEvents"> {}

/** For which of an event's deliveries something is asked: for all, or for that to one endpoint. */
export interface DeliveryFilter {
  endpointId?: string;
}

/** A page of a list. */
export interface Page<Item> {
  data: Item[];
  /** What leads to the next page, if there is one. */
  nextCursor: string | null;
  hasMore: boolean;
}
