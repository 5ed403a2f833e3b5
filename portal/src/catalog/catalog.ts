// The event types of the catalog, read once for the whole page: the operator changes them seldom.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { EventType } from "../api/objects";
import { all, listEventTypes } from "../api/rail";

const catalog = signal<readonly EventType[] | null>(null);
let isAsked = false;

export async function readCatalog(signal?: AbortSignal): Promise<EventType[]> {
  const types = await all((cursor) => listEventTypes(cursor, signal));
  catalog.value = types;
  return types;
}

/** The types to choose from; null where they are not known, and a type must be typed. */
export function useCatalog(): readonly EventType[] | null {
  useEffect(() => {
    if (isAsked) return;
    isAsked = true;
    readCatalog().catch(() => (isAsked = false));
  }, []);
  return catalog.value;
}
