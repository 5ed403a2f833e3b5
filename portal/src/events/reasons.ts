// Why a delivery failed for good, who asked for an attempt, and what came of it, in words.

import type { Attempt, Delivery } from "../api/objects";

export const REASONS: Record<NonNullable<Delivery["reason"]>, string> = {
  attempts_exhausted: "every attempt failed",
  endpoint_gone: "the endpoint answered 410 Gone",
  endpoint_disabled: "the endpoint was disabled",
  endpoint_deleted: "the endpoint was deleted",
  event_expired: "the event is older than is kept",
  cancelled: "its retries were cancelled",
};

export const TRIGGERS: Record<Attempt["trigger"], string> = {
  policy: "retry policy",
  manual: "by hand",
  test: "test",
};

/** The first attempt of all is no retry. */
export function trigger({ trigger, number }: Attempt): string {
  return trigger === "policy" && number === 1 ? "publish" : TRIGGERS[trigger];
}
