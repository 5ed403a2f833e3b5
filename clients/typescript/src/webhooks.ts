import type { ApiRequest, Connection, RequestOptions } from "./connection.js";
import type {
  Attempt,
  DeliveryFilter,
  Endpoint,
  EndpointChanges,
  EndpointWithSecret,
  Event,
  EventFilter,
  EventType,
  EventWithData,
  NewEndpoint,
  NewEvent,
  NewEventType,
  Page,
  PageFilter,
  PublishResults,
  Recovery,
  RecoveryPeriod,
  Rotation,
  Stats,
  StatsPeriod,
} from "./objects.js";
import { List } from "./pages.js";
import { verify, type VerifyOptions, type WebhookEvent, type WebhookSignature } from "./signature.js";

/** What publishing may be given besides. */
export interface PublishOptions extends RequestOptions {
  /**
   * Within 24 hours, the same key and body are one event, or one batch. Made of what happened (`contract-ctr_7Q2M4-created`), it
   * holds across crashes of yours as well; one that is made for you holds across the repeats of one call.
   */
  idempotencyKey?: string;
}

/** What waiting for a recovery may be given besides. */
export interface WaitOptions extends RequestOptions {
  /** How long to wait before each look, in milliseconds: 2,000, if absent. */
  intervalMs?: number;
}

const INTERVAL_MS = 2_000;

/**
 * The calls of the API. What goes wrong is thrown as a `WebhooksError`. A request is repeated by itself where it met a rate
 * limit, and where it got no answer, or a fault of the rail's side, and may be carried out twice: all but `createEndpoint`,
 * `rotateSecret` and `testEndpoint`.
 */
export class Webhooks {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Registers an endpoint. The answer shows its secret, this once. Not repeated where it got no answer: look if it is there. */
  async createEndpoint(endpoint: NewEndpoint, options?: RequestOptions): Promise<EndpointWithSecret> {
    return this.#call({ method: "POST", path: "/v1/webhooks/endpoints", body: endpoint, isIdempotent: false }, options);
  }

  /** The endpoints. Awaited: the first page; iterated over: all of them. */
  listEndpoints(filter?: PageFilter, options?: RequestOptions): List<Endpoint> {
    return this.#list("/v1/webhooks/endpoints", filter, options);
  }

  /** An endpoint, without its secret. */
  async getEndpoint(id: string, options?: RequestOptions): Promise<Endpoint> {
    return this.#get(endpointPath(id), options);
  }

  /** Changes an endpoint: what is absent stays. */
  async updateEndpoint(id: string, changes: EndpointChanges, options?: RequestOptions): Promise<Endpoint> {
    return this.#call({ method: "PATCH", path: endpointPath(id), body: changes, isIdempotent: true }, options);
  }

  /** Removes an endpoint. What is still on its way to it fails. */
  async deleteEndpoint(id: string, options?: RequestOptions): Promise<void> {
    await this.#call({ method: "DELETE", path: endpointPath(id), isIdempotent: true, removes: true }, options);
  }

  /** Gives an endpoint another secret; the old one signs beside it for a while. Not repeated where it got no answer. */
  async rotateSecret(id: string, rotation: Rotation = {}, options?: RequestOptions): Promise<EndpointWithSecret> {
    const path = `${endpointPath(id)}/rotate-secret`;
    return this.#call({ method: "POST", path, body: rotation, isIdempotent: false }, options);
  }

  /** Sends a `webhook.test` event to this endpoint alone. Not repeated where it got no answer. */
  async testEndpoint(id: string, options?: RequestOptions): Promise<Event> {
    return this.#call({ method: "POST", path: `${endpointPath(id)}/test`, body: {}, isIdempotent: false }, options);
  }

  /** Has what failed at an endpoint delivered again, as a background job: see `waitForRecovery`. */
  async recoverEndpoint(id: string, period: RecoveryPeriod, options?: RequestOptions): Promise<Recovery> {
    // A second recovery finds nothing that failed any more.
    return this.#call({ method: "POST", path: `${endpointPath(id)}/recover`, body: period, isIdempotent: true }, options);
  }

  /** A recovery as it stands now. */
  async getRecovery(endpointId: string, recoveryId: string, options?: RequestOptions): Promise<Recovery> {
    return this.#get(`${endpointPath(endpointId)}/recoveries/${segment(recoveryId)}`, options);
  }

  /** The recovery, once it runs no more. `signal` ends the waiting, and not the recovery. */
  async waitForRecovery(recovery: Pick<Recovery, "endpointId" | "id">, options: WaitOptions = {}): Promise<Recovery> {
    const { intervalMs = INTERVAL_MS, ...request } = options;
    for (;;) {
      const current = await this.getRecovery(recovery.endpointId, recovery.id, request);
      if (current.status !== "running") return current;
      await this.#connection.pass(intervalMs, request.signal);
    }
  }

  /** What became of an endpoint's deliveries over a period. */
  async getStats(endpointId: string, period?: StatsPeriod, options?: RequestOptions): Promise<Stats> {
    return this.#get(`${endpointPath(endpointId)}/stats`, options, period);
  }

  /** Publishes an event: it reaches every endpoint that subscribes to its type. */
  async publishEvent(event: NewEvent, options: PublishOptions = {}): Promise<Event> {
    return this.#publish({ method: "POST", path: "/v1/webhooks/events", body: event, isIdempotent: true }, options);
  }

  /**
   * Publishes up to 100 events, each accepted or refused for itself: look at `refused`. Those that met a fault of the rail's side
   * (status 503) are completed by repeating the request, as often as the client may.
   */
  async publishEvents(events: readonly NewEvent[], options: PublishOptions = {}): Promise<PublishResults> {
    const isIncomplete = (answer: unknown): boolean => (answer as PublishResults).data.some(({ status }) => status >= 500);
    const path = "/v1/webhooks/events/batch";
    return this.#publish({ method: "POST", path, body: { events }, isIdempotent: true, isIncomplete }, options);
  }

  /** The events, newest first. Awaited: the first page; iterated over: all of them. */
  listEvents(filter?: EventFilter, options?: RequestOptions): List<Event> {
    return this.#list("/v1/webhooks/events", filter, options);
  }

  /** An event, its data and its deliveries. */
  async getEvent(id: string, options?: RequestOptions): Promise<EventWithData> {
    return this.#get(eventPath(id), options);
  }

  /** Every attempt to deliver an event, oldest first. Awaited: the first page; iterated over: all of them. */
  listAttempts(eventId: string, filter?: PageFilter, options?: RequestOptions): List<Attempt> {
    return this.#list(`${eventPath(eventId)}/attempts`, filter, options);
  }

  /** Delivers again now what failed or waits. `CONFLICT` if nothing does; so it is where a repeat finds it delivered already. */
  async retryEvent(id: string, filter: DeliveryFilter = {}, options?: RequestOptions): Promise<Event> {
    return this.#call({ method: "POST", path: `${eventPath(id)}/retry`, body: filter, isIdempotent: true }, options);
  }

  /** Cancels the retries still to come. `CONFLICT` if there are none; so it is where a repeat finds them cancelled already. */
  async cancelRetry(id: string, filter: DeliveryFilter = {}, options?: RequestOptions): Promise<Event> {
    return this.#call({ method: "DELETE", path: `${eventPath(id)}/retry`, query: filter, isIdempotent: true }, options);
  }

  /** The catalog of event types, by name. Awaited: the first page; iterated over: all of them. */
  listEventTypes(filter?: PageFilter, options?: RequestOptions): List<EventType> {
    return this.#list("/v1/webhooks/event-types", filter, options);
  }

  /** An event type of the catalog: what its `data` holds, and an example. */
  async getEventType(name: string, options?: RequestOptions): Promise<EventType> {
    return this.#get(eventTypePath(name), options);
  }

  /** Puts an event type into the catalog, in place of the one of this name. Takes a key with the scope `event-types:write`. */
  async putEventType(name: string, eventType: NewEventType, options?: RequestOptions): Promise<EventType> {
    return this.#call({ method: "PUT", path: eventTypePath(name), body: eventType, isIdempotent: true }, options);
  }

  /** Removes an event type from the catalog. Takes a key with the scope `event-types:write`. */
  async deleteEventType(name: string, options?: RequestOptions): Promise<void> {
    await this.#call({ method: "DELETE", path: eventTypePath(name), isIdempotent: true, removes: true }, options);
  }

  /** The event that an endpoint received, if it is genuine: see the function `verify`, which needs no client. */
  async verify<Data = Record<string, unknown>>(
    rawBody: string | Uint8Array | ArrayBuffer,
    signature: WebhookSignature,
    secret: string,
    options?: VerifyOptions,
  ): Promise<WebhookEvent<Data>> {
    return verify<Data>(rawBody, signature, secret, options);
  }

  #get<Answer>(path: string, options?: RequestOptions, query?: object): Promise<Answer> {
    return this.#call({ method: "GET", path, isIdempotent: true, ...(query && { query }) }, options);
  }

  #list<Item>(path: string, filter?: PageFilter, options?: RequestOptions): List<Item> {
    return new List((cursor) => this.#get<Page<Item>>(path, options, cursor === undefined ? filter : { ...filter, cursor }));
  }

  #publish<Answer>(request: ApiRequest, { idempotencyKey = randomKey(), ...options }: PublishOptions): Promise<Answer> {
    return this.#call({ ...request, idempotencyKey }, options);
  }

  /** The one place where an answer is taken for what openapi.json says that it is. */
  async #call<Answer>(request: ApiRequest, options?: RequestOptions): Promise<Answer> {
    return (await this.#connection.send(request, options)) as Answer;
  }
}

function endpointPath(id: string): string {
  return `/v1/webhooks/endpoints/${segment(id)}`;
}

function eventPath(id: string): string {
  return `/v1/webhooks/events/${segment(id)}`;
}

function eventTypePath(name: string): string {
  return `/v1/webhooks/event-types/${segment(name)}`;
}

/** Escaped, so that no id reaches another route. What a URL would swallow is refused. */
function segment(id: string): string {
  if (typeof id !== "string" || ["", ".", ".."].includes(id)) throw new TypeError("an id or name is missing");
  return encodeURIComponent(id);
}

function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
