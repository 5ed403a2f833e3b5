// All events of the tenant.

import { useEffect } from "preact/hooks";
import type { Event, Status } from "../api/objects";
import { Cell, Row } from "../controls/table";
import { knowEndpoints } from "../endpoints/known";
import { Heading } from "../page/heading";
import { href } from "../page/route";
import { EventCells } from "./cells";
import { Filters, filterOfAddress, isNarrowed } from "./filters";
import { EventLog } from "./log";

const COLUMNS = ["Created", "Type", "Event", "Status", "Deliveries"];
const WIDTHS = [14, 24, 24, 12, 26];

export function EventsPlace() {
  useEffect(knowEndpoints, []);
  const filter = filterOfAddress();
  return (
    <>
      <Heading title="Events">Events</Heading>
      <EventLog
        filter={filter}
        isNarrowed={isNarrowed(filter)}
        caption="Events, newest first"
        columns={COLUMNS}
        widths={WIDTHS}
        row={(event, isOvertaken) => <EventRow key={event.id} event={event} isOvertaken={isOvertaken} />}
        filters={(problem) => <Filters filter={filter} problem={problem} endpoints />}
        empty={
          <p>
            Nothing was published yet, or what was is older than is kept. See in the{" "}
            <a href={href(["catalog"])}>catalog</a> which types there are, and how one is published.
          </p>
        }
      />
    </>
  );
}

function EventRow({ event, isOvertaken }: { event: Event; isOvertaken: boolean }) {
  return (
    <Row muted={isOvertaken}>
      <EventCells event={event} isOvertaken={isOvertaken} />
      <Cell of="Deliveries">{counted(event)}</Cell>
    </Row>
  );
}

/** 2 delivered, 1 failed */
function counted({ deliveries }: Event): string {
  if (deliveries.length === 0) return "no endpoint subscribes to it";
  const counts = new Map<Status, number>();
  for (const { status } of deliveries) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
}
