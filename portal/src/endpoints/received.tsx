// What one endpoint received.

import type { Event } from "../api/objects";
import { Cell, Row } from "../controls/table";
import { Until, When } from "../controls/when";
import { EventCells } from "../events/cells";
import { Filters, filterOfAddress, isNarrowed } from "../events/filters";
import { EventLog } from "../events/log";
import { REASONS } from "../events/reasons";
import { Heading } from "../page/heading";
import { href } from "../page/route";

const COLUMNS = ["Created", "Type", "Event", "Status", "Attempts", "Last attempt", "Next"];
const WIDTHS = [13, 18, 23, 11, 8, 13, 14];

export function Received({ endpointId }: { endpointId: string }) {
  const filter = filterOfAddress();
  return (
    <>
      <Heading level={2}>Received</Heading>
      <EventLog
        filter={{ ...filter, endpointId }}
        isNarrowed={isNarrowed(filter)}
        caption="Events that this endpoint received, newest first"
        columns={COLUMNS}
        widths={WIDTHS}
        row={(event, isOvertaken) => <ReceivedRow key={event.id} event={event} isOvertaken={isOvertaken} />}
        filters={(problem) => <Filters filter={filter} problem={problem} />}
        empty={
          <p>
            Nothing was sent here yet. Press <em>Send test event</em> above to see whether the endpoint answers, or see
            in the <a href={href(["catalog"])}>catalog</a> how an event is published.
          </p>
        }
      />
    </>
  );
}

function ReceivedRow({ event, isOvertaken }: { event: Event; isOvertaken: boolean }) {
  const [delivery] = event.deliveries;
  return (
    <Row muted={isOvertaken}>
      <EventCells event={event} isOvertaken={isOvertaken} />
      <Cell of="Attempts">{delivery?.attempts ?? 0}</Cell>
      <Cell of="Last attempt">{delivery?.lastAttemptAt ? <When at={delivery.lastAttemptAt} /> : "none"}</Cell>
      <Cell of="Next">
        {delivery?.nextAttemptAt ? (
          <Until at={delivery.nextAttemptAt} />
        ) : (
          <span class="none">{delivery?.reason ? REASONS[delivery.reason] : "–"}</span>
        )}
      </Cell>
    </Row>
  );
}
