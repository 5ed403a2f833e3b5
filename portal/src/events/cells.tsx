// What every list of events shows of each first: when, what, which, and how it stands.

import type { Event } from "../api/objects";
import { Badge, Toned } from "../controls/badge";
import { Cell } from "../controls/table";
import { When } from "../controls/when";
import { href } from "../page/route";

/** `isOvertaken`: it fits the list's filter no more. */
export function EventCells({ event, isOvertaken }: { event: Event; isOvertaken: boolean }) {
  return (
    <>
      <Cell of="Created">
        <When at={event.createdAt} />
      </Cell>
      <Cell of="Type">
        <code>{event.type}</code>
      </Cell>
      <Cell of="Event">
        <a href={href(["events", event.id])}>
          <code>{event.id}</code>
        </a>
      </Cell>
      <Cell of="Status">{isOvertaken ? <Toned tone="calm">changed</Toned> : <Badge of={event.status} />}</Cell>
    </>
  );
}
