// A list of events that stays up to date while it is looked at.

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { ApiProblem } from "../api/call";
import type { Event } from "../api/objects";
import { useHandOver } from "../controls/hand-over";
import { Problem } from "../controls/problem";
import { Table } from "../controls/table";
import { local } from "../controls/when";
import { announce } from "../page/announcer";
import { usePolling } from "../page/polling";
import { EventListing, PAGE, type Filter } from "./listing";

const REFRESH_SECONDS = 4;

/** Whether lists refresh themselves: as the reader left it, at every place. */
const live = signal(true);

interface Props {
  filter: Filter;
  /** Whether the reader asked for less than everything. */
  isNarrowed: boolean;
  caption: string;
  columns: readonly string[];
  widths: readonly number[];
  row: (event: Event, isOvertaken: boolean) => ComponentChildren;
  /** What to say where there is nothing, and no filter is the reason. */
  empty: ComponentChildren;
  filters: (problem: unknown) => ComponentChildren;
}

export function EventLog({ filter, isNarrowed, caption, columns, widths, row, empty, filters }: Props) {
  const listing = useMemo(() => new EventListing(filter), [JSON.stringify(filter)]);
  useEffect(() => {
    void listing.restart();
    return () => listing.end();
  }, [listing]);
  usePolling(live.value && !isFinal(listing.problem.value) ? REFRESH_SECONDS : null, listing.refresh);
  const region = useRef<HTMLElement>(null);
  const showFresh = async () => {
    region.current?.focus();
    await listing.restart();
    announce("The list is up to date");
  };
  const rows = listing.rows.value;
  return (
    <section ref={region} tabIndex={-1} aria-label={caption} aria-busy={listing.reading.value && rows.length === 0}>
      {filters(listing.problem.value)}
      <Bar listing={listing} onShow={showFresh} />
      <Problem problem={listing.problem.value} again={listing.restart} />
      {rows.length > 0 && (
        <Table caption={caption} columns={columns} widths={widths}>
          {rows.map((event) => row(event, listing.overtaken.value.has(event.id)))}
        </Table>
      )}
      {rows.length === 0 && listing.checkedAt.value !== null && !listing.hasMore.value && (
        <div class="empty">
          {isNarrowed ? <p>No event fits these filters. Clear some of them to see more.</p> : empty}
        </div>
      )}
      {rows.length === 0 && listing.checkedAt.value === null && listing.problem.value === null && (
        <p class="loading">Reading events…</p>
      )}
      <End listing={listing} />
    </section>
  );
}

/** Whether asking again would get the same refusal. */
const isFinal = (problem: unknown) => problem instanceof ApiProblem && [400, 403, 404].includes(problem.status);

/** How current the list is. Its height is the same whatever it says, so that nothing below it moves. */
function Bar({ listing, onShow }: { listing: EventListing; onShow: () => Promise<void> }) {
  const fresh = listing.fresh.value;
  const overtaken = listing.overtaken.value.size;
  const news = [
    fresh > 0 ? `${fresh}${fresh >= PAGE ? " or more" : ""} new` : null,
    overtaken > 0 ? `${overtaken} no longer ${overtaken === 1 ? "fits" : "fit"} the filter` : null,
  ]
    .filter(Boolean)
    .join(", ");
  useEffect(() => {
    if (news) announce(`${news}. Press Show to see the list as it is now.`);
  }, [news]);
  return (
    <div class="bar">
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          checked={live.value}
          onChange={({ currentTarget }) => (live.value = currentTarget.checked)}
        />
        <span>Live</span>
      </label>
      {listing.checkedAt.value !== null && <span class="checked-at">as of {local(listing.checkedAt.value)}</span>}
      {news && (
        <span class="news">
          {news}{" "}
          <button type="button" onClick={onShow}>
            Show
          </button>
        </span>
      )}
      {!live.value && (
        <button type="button" onClick={onShow}>
          Refresh
        </button>
      )}
    </div>
  );
}

function End({ listing }: { listing: EventListing }) {
  const count = listing.rows.value.length;
  if (listing.hasMore.value) return <More listing={listing} />;
  return count > 0 ? (
    <p class="end">
      That is all: {count} {count === 1 ? "event" : "events"}.
    </p>
  ) : null;
}

function More({ listing }: { listing: EventListing }) {
  const button = useHandOver<HTMLButtonElement>();
  const more = async () => {
    const before = listing.rows.peek().length;
    await listing.more();
    announce(`${listing.rows.peek().length - before} more events`);
  };
  const { searchedTo } = listing;
  return (
    <div class="more">
      {searchedTo.value && <p>Nothing found yet. Searched back to {local(searchedTo.value)}.</p>}
      <button
        ref={button}
        type="button"
        aria-disabled={listing.reading.value}
        onClick={() => !listing.reading.peek() && void more()}
      >
        {searchedTo.value ? "Search further back" : "Load more"}
      </button>
    </div>
  );
}
