// The objects of the API, as README.md describes them. Times are RFC 3339, UTC.

export type Time = string;

/** A page of a list. */
export interface List<T> {
  data: T[];
  nextCursor: string | null;
  hasMore: boolean;
}

export type EndpointStatus = "active" | "paused" | "disabled";

export interface Endpoint {
  id: string;
  url: string;
  events: string[];
  /** In the answers to creating it and to rotating its secret, and nowhere else. */
  secret?: string;
  status: EndpointStatus;
  disabledReason: "manual" | "gone" | "failing" | null;
  disabledAt: Time | null;
  description: string | null;
  metadata: Record<string, string>;
  headers: Record<string, string>;
  /** Deliveries a second. */
  rateLimit: number | null;
  createdAt: Time;
  updatedAt: Time;
}

export interface NewEndpoint {
  url: string;
  events: string[];
  secret?: string;
  description?: string;
  metadata?: Record<string, string>;
  headers?: Record<string, string>;
  rateLimit?: number;
}

/** What is absent stays as it is. */
export interface EndpointPatch {
  url?: string;
  events?: string[];
  status?: EndpointStatus;
  description?: string | null;
  metadata?: Record<string, string>;
  headers?: Record<string, string>;
  rateLimit?: number | null;
}

export type Status = "pending" | "retrying" | "delivered" | "failed";

export interface Delivery {
  endpointId: string;
  status: Status;
  attempts: number;
  nextAttemptAt: Time | null;
  lastAttemptAt: Time | null;
  reason:
    | "attempts_exhausted"
    | "endpoint_gone"
    | "endpoint_disabled"
    | "endpoint_deleted"
    | "event_expired"
    | "cancelled"
    | null;
}

/** An event, without its payload. */
export interface Event {
  id: string;
  type: string;
  status: Status;
  createdAt: Time;
  metadata: Record<string, unknown>;
  deliveries: Delivery[];
}

export interface Attempt {
  endpointId: string;
  number: number;
  round: number;
  trigger: "policy" | "manual" | "test";
  startedAt: Time;
  durationMs: number;
  outcome: "accepted" | "refused" | "gone" | "timed_out" | "unreachable" | "forbidden_address";
  responseStatus: number | null;
  error: string | null;
  responseBody: string | null;
}

/** The recovering of failed deliveries to one endpoint. */
export interface Recovery {
  id: string;
  endpointId: string;
  status: "running" | "completed";
  since: Time;
  until: Time;
  recovered: number;
  skipped: number;
  createdAt: Time;
  completedAt: Time | null;
}

/** Of all attempts that were answered. */
export interface Latency {
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

export interface Bucket {
  since: Time;
  until: Time;
  delivered: number;
  failed: number;
  retrying: number;
  pending: number;
  latencyMs: Latency | null;
}

export interface Stats {
  endpointId: string;
  since: Time;
  until: Time;
  deliveries: { total: number; delivered: number; failed: number; retrying: number; pending: number };
  attempts: { total: number; accepted: number };
  successRate: number | null;
  latencyMs: Latency | null;
  buckets: Bucket[];
  /** Whether all deliveries of the time were counted, or the newest alone. */
  complete: boolean;
}

/** An event type of the catalog. */
export interface EventType {
  name: string;
  description: string;
  /** JSON Schema of `data`. */
  schema: Record<string, unknown> | null;
  /** An example of `data`. */
  example: Record<string, unknown> | null;
  updatedAt: Time | null;
}

/** What an answer that is no success holds. */
export interface ErrorAnswer {
  error: { code: string; message: string; details?: { field: string; message: string }[] };
  requestId: string;
}
