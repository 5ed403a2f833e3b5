// One event with all its attempts, kept up to date while somebody looks at it.

import { useRef } from "preact/hooks";
import type { Attempt, Event } from "../api/objects";
import { all, getEventText, listAttempts } from "../api/rail";
import { member } from "../json/layout";
import { usePolling } from "../page/polling";
import { useReading } from "../page/reading";

const REFRESH_SECONDS = { open: 2, settled: 10 };

export interface OneEvent {
  event: Event;
  /** Its payload, to the letter. */
  payload: string;
  metadata: string;
  attempts: readonly Attempt[];
}

export function useOneEvent(id: string) {
  const before = useRef<OneEvent | null>(null);
  const reading = useReading(id, async (signal) => {
    const found = await readEvent(id, before.current, signal);
    before.current = found;
    return found;
  });
  const event = reading.value?.event;
  const isOpen = event?.deliveries.some(({ status }) => status === "pending" || status === "retrying");
  usePolling(event ? (isOpen ? REFRESH_SECONDS.open : REFRESH_SECONDS.settled) : null, reading.again);
  return reading;
}

async function readEvent(id: string, before: OneEvent | null, signal: AbortSignal): Promise<OneEvent> {
  let text = await getEventText(id, signal);
  let attempts = before?.attempts ?? [];
  if (attemptsOf(text) !== attempts.length) {
    attempts = await all((cursor) => listAttempts(id, cursor, signal));
    // An attempt ended between the two answers: what it led to is to be seen with it.
    if (attemptsOf(text) < attempts.length) text = await getEventText(id, signal);
  }
  const event = JSON.parse(text) as Event;
  return { event, payload: member(text, "data") ?? "", metadata: member(text, "metadata") ?? "{}", attempts };
}

/** How many attempts the event's deliveries count. */
function attemptsOf(text: string): number {
  const { deliveries } = JSON.parse(text) as Event;
  return deliveries.reduce((sum, { attempts }) => sum + attempts, 0);
}
