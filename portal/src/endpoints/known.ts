// The tenant's endpoints by id, so that an event can name where it went. Read once, and brought up to date by whoever reads more.

import { signal } from "@preact/signals";
import type { Endpoint } from "../api/objects";
import { all, listEndpoints } from "../api/rail";
import { session } from "../session/session";

export const known = signal<ReadonlyMap<string, Endpoint>>(new Map());

/** The key whose endpoints these are. */
let askedWith: string | null = null;

export async function readAllEndpoints(signal?: AbortSignal): Promise<Endpoint[]> {
  const key = session.peek().key;
  const endpoints = await all((cursor) => listEndpoints(cursor, signal));
  askedWith = key;
  known.value = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
  return endpoints;
}

/** Reads them unless that was done. Names are a convenience: who may not read endpoints sees ids. */
export function knowEndpoints(): void {
  const key = session.peek().key;
  if (askedWith === key) return;
  askedWith = key;
  known.value = new Map();
  readAllEndpoints().catch(() => undefined);
}

export function remember(endpoint: Endpoint): void {
  known.value = new Map(known.peek()).set(endpoint.id, endpoint);
}

export function forget(id: string): void {
  const left = new Map(known.peek());
  left.delete(id);
  known.value = left;
}
