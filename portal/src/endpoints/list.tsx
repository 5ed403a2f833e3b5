// The tenant's endpoints.

import type { Endpoint } from "../api/objects";
import { Badge } from "../controls/badge";
import { Problem } from "../controls/problem";
import { Cell, Row, Table } from "../controls/table";
import { When } from "../controls/when";
import { Heading } from "../page/heading";
import { usePolling } from "../page/polling";
import { useReading } from "../page/reading";
import { href } from "../page/route";
import { Health } from "./health";
import { readAllEndpoints } from "./known";
import { Patterns } from "./patterns";

const REFRESH_SECONDS = 15;
const COLUMNS = ["Endpoint", "Status", "Events", "Last 24 hours", "Registered"];
const WIDTHS = [32, 11, 23, 20, 14];

export function EndpointsPlace() {
  const { value, problem, again } = useReading("endpoints", readAllEndpoints);
  usePolling(value ? REFRESH_SECONDS : null, again);
  return (
    <>
      <div class="title">
        <Heading title="Endpoints">Endpoints</Heading>
        <a class="button primary" href={href(["endpoints", "new"])}>
          Register an endpoint
        </a>
      </div>
      <Problem problem={problem} again={again} />
      {value === null && problem === null && <p class="loading">Reading endpoints…</p>}
      {value?.length === 0 && (
        <div class="empty">
          <p>No endpoint is registered yet.</p>
          <p>
            An endpoint is a URL of yours that gets events as they happen.{" "}
            <a href={href(["endpoints", "new"])}>Register one</a>, then send it a test event.
          </p>
        </div>
      )}
      {value && value.length > 0 && (
        <Table caption="Endpoints" columns={COLUMNS} widths={WIDTHS}>
          {value.map((endpoint) => (
            <EndpointRow key={endpoint.id} endpoint={endpoint} />
          ))}
        </Table>
      )}
    </>
  );
}

function EndpointRow({ endpoint }: { endpoint: Endpoint }) {
  const { id, url, description, status, disabledReason, events, createdAt } = endpoint;
  return (
    <Row>
      <Cell of="Endpoint">
        <a class="url" href={href(["endpoints", id])}>
          {url}
        </a>
        {description && <p class="description">{description}</p>}
      </Cell>
      <Cell of="Status">
        <Badge of={status} />
        {disabledReason && <p class="description">{DISABLED[disabledReason]}</p>}
      </Cell>
      <Cell of="Events">
        <Patterns of={events} />
      </Cell>
      <Cell of="Last 24 hours">
        <Health id={id} />
      </Cell>
      <Cell of="Registered">
        <When at={createdAt} />
      </Cell>
    </Row>
  );
}

export const DISABLED: Record<NonNullable<Endpoint["disabledReason"]>, string> = {
  manual: "by hand",
  gone: "it answered 410 Gone",
  failing: "it failed for too long",
};
