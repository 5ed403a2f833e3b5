// A list of events as it is looked at: read page by page, kept up to date in place, and never moved under the reader's eyes. What is
// new is counted and waits to be asked for; what a filter fits no longer stays where it is, and is said to be so.

import { signal } from "@preact/signals";
import type { Event, List, Time } from "../api/objects";
import { LONGEST_PAGE, listEvents, type EventFilter } from "../api/rail";

/** Rows read at once. */
export const PAGE = 50;
/** Pages that are read for one press of a button while none of their events is of the time that is asked for. */
const PAGES_SEARCHED = 10;
/** Pages beyond the first whose open deliveries are looked after at each refresh. */
const PAGES_TENDED = 5;

/** Time is a matter of this page: the API gives a list newest first, and where to stop is known here. */
export interface Filter extends EventFilter {
  from?: Time | undefined;
  until?: Time | undefined;
}

interface Page {
  cursor: string | undefined;
  ids: string[];
}

export class EventListing {
  readonly rows = signal<readonly Event[]>([]);
  /** Of the rows, those that the filter fits no longer. */
  readonly overtaken = signal<ReadonlySet<string>>(new Set());
  /** How many events have come that are not shown, as far as one page tells. */
  readonly fresh = signal(0);
  readonly hasMore = signal(false);
  /** Null until something was read. */
  readonly checkedAt = signal<number | null>(null);
  readonly reading = signal(false);
  readonly problem = signal<unknown>(null);
  /** Where a search by time has come to without finding anything. */
  readonly searchedTo = signal<Time | null>(null);

  readonly #filter: Filter;
  readonly #abort = new AbortController();
  #pages: Page[] = [];
  #next: string | undefined;

  constructor(filter: Filter) {
    this.#filter = filter;
  }

  /** From the newest on. */
  restart = (): Promise<void> =>
    this.#attempt(async () => {
      const first = await this.#read(undefined);
      this.#pages = [];
      this.rows.value = [];
      this.overtaken.value = new Set();
      this.fresh.value = 0;
      this.#append(undefined, first);
      await this.#search();
    });

  more = (): Promise<void> =>
    this.#attempt(async () => {
      this.#append(this.#next, await this.#read(this.#next));
      await this.#search();
    });

  /** Brings what is shown up to date. */
  refresh = async (): Promise<void> => {
    if (this.reading.peek()) return;
    if (this.rows.peek().length === 0 && !this.hasMore.peek()) return this.restart();
    await this.#attempt(async () => {
      this.#merge(await this.#read(undefined), null);
      for (const { cursor, ids } of this.#pages
        .slice(1)
        .filter((page) => this.#isOpen(page))
        .slice(0, PAGES_TENDED)) {
        this.#merge(await this.#read(cursor), ids[0] ?? null);
      }
    });
  };

  end(): void {
    this.#abort.abort();
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    this.reading.value = true;
    try {
      await work();
      this.problem.value = null;
      this.checkedAt.value = Date.now();
    } catch (problem) {
      if (!this.#abort.signal.aborted) this.problem.value = problem;
    } finally {
      this.reading.value = false;
    }
  }

  #read(cursor: string | undefined): Promise<List<Event>> {
    const { endpointId, status, type, until } = this.#filter;
    return listEvents({ endpointId, status, type }, until ? LONGEST_PAGE : PAGE, cursor, this.#abort.signal);
  }

  #append(cursor: string | undefined, page: List<Event>): void {
    const wanted = page.data.filter((event) => this.#isWanted(event));
    const last = page.data.at(-1);
    const isPast = last !== undefined && this.#filter.from !== undefined && last.createdAt < this.#filter.from;
    this.#pages.push({ cursor, ids: wanted.map((event) => event.id) });
    this.#next = isPast ? undefined : (page.nextCursor ?? undefined);
    this.rows.value = [...this.rows.peek(), ...wanted];
    this.hasMore.value = this.#next !== undefined;
    this.searchedTo.value = wanted.length === 0 && this.hasMore.peek() ? (last?.createdAt ?? null) : null;
  }

  /** Reads on while nothing that is asked for was found. */
  async #search(): Promise<void> {
    for (
      let page = 1;
      page < PAGES_SEARCHED && this.hasMore.peek() && this.#pages.at(-1)?.ids.length === 0;
      page += 1
    ) {
      this.#append(this.#next, await this.#read(this.#next));
    }
  }

  #isWanted({ createdAt }: Event): boolean {
    const { from, until } = this.#filter;
    return (from === undefined || createdAt >= from) && (until === undefined || createdAt < until);
  }

  #isOpen({ ids }: Page): boolean {
    const open = new Set(ids);
    return this.rows.peek().some(({ id, status }) => open.has(id) && (status === "pending" || status === "retrying"));
  }

  /** Takes over what a page says about the rows from `newest` on down to its own last. Ids sort by time. */
  #merge(page: List<Event>, newest: string | null): void {
    const now = new Map(page.data.filter((event) => this.#isWanted(event)).map((event) => [event.id, event]));
    const oldest = page.hasMore ? page.data.at(-1)?.id : "";
    const isCovered = (id: string) => oldest !== undefined && id >= oldest && (newest === null || id <= newest);
    const shown = this.rows.peek();
    const overtaken = new Set(this.overtaken.peek());
    for (const { id } of shown.filter((row) => isCovered(row.id))) {
      if (now.has(id)) overtaken.delete(id);
      else overtaken.add(id);
    }
    this.overtaken.value = overtaken;
    this.rows.value = shown.map((row) => now.get(row.id) ?? row);
    if (newest === null) this.fresh.value = this.#countFresh([...now.keys()]);
  }

  #countFresh(ids: string[]): number {
    const shown = new Set(this.rows.peek().map(({ id }) => id));
    const oldest = this.hasMore.peek() ? (this.rows.peek().at(-1)?.id ?? "") : "";
    return ids.filter((id) => !shown.has(id) && id > oldest).length;
  }
}
