// One delivery of an event: where it stands, what can be done, and each of its attempts.

import type { Attempt, Delivery } from "../api/objects";
import { Action } from "../controls/action";
import { Badge } from "../controls/badge";
import { Cell, Row, Table } from "../controls/table";
import { TextBlock } from "../controls/text-block";
import { Until, When, took } from "../controls/when";
import { known } from "../endpoints/known";
import { href } from "../page/route";
import { REASONS, trigger } from "./reasons";

interface Props {
  delivery: Delivery;
  attempts: readonly Attempt[];
  /** Null where there is nothing to retry, or to cancel. */
  retry: (() => Promise<void>) | null;
  cancel: (() => Promise<void>) | null;
}

export function DeliverySection({ delivery, attempts, retry, cancel }: Props) {
  const { endpointId, status } = delivery;
  const name = known.value.get(endpointId)?.url ?? endpointId;
  return (
    <article class="delivery panel" tabIndex={-1} aria-label={`Delivery to ${name}`}>
      <div class="delivery-head">
        <div class="delivery-where">
          <h3>
            <a href={href(["endpoints", endpointId])}>{name}</a>
          </h3>
          <p>
            <Badge of={status} /> <Standing {...delivery} />
          </p>
        </div>
        <div class="actions">
          {retry && (
            <Action run={retry} done="Retried" label={`Retry the delivery to ${name}`}>
              Retry
            </Action>
          )}
          {cancel && (
            <Action run={cancel} done="Cancelled" label={`Cancel retries to ${name}`}>
              Cancel retries
            </Action>
          )}
        </div>
      </div>
      {attempts.length === 0 ? (
        <p class="none">No attempt yet.</p>
      ) : (
        <Table caption={`Attempts to deliver to ${name}`} columns={COLUMNS} widths={WIDTHS}>
          {attempts.map((attempt) => (
            <AttemptRow key={attempt.number} {...attempt} />
          ))}
        </Table>
      )}
    </article>
  );
}

/** What comes next, or why nothing does. */
function Standing({ status, reason, nextAttemptAt, endpointId }: Delivery) {
  if (nextAttemptAt)
    return (
      <span>
        next attempt <Until at={nextAttemptAt} />
      </span>
    );
  if (reason) return <span>{REASONS[reason]}</span>;
  if (status !== "pending") return null;
  const isPaused = known.value.get(endpointId)?.status === "paused";
  return <span>{isPaused ? "kept until the endpoint is active again" : "an attempt is under way"}</span>;
}

const COLUMNS = ["Attempt", "Started", "Took", "Asked for by", "Outcome", "Answer"];
const WIDTHS = [9, 14, 8, 12, 16, 41];

function AttemptRow(attempt: Attempt) {
  const { number, round, startedAt, durationMs, outcome, responseStatus, error, responseBody } = attempt;
  return (
    <Row>
      <Cell of="Attempt">
        {number}
        {round > 1 && <span class="round"> round {round}</span>}
      </Cell>
      <Cell of="Started">
        <When at={startedAt} />
      </Cell>
      <Cell of="Took">{took(durationMs)}</Cell>
      <Cell of="Asked for by">{trigger(attempt)}</Cell>
      <Cell of="Outcome">
        <Badge of={outcome} />
        {responseStatus !== null && <span class="http"> HTTP {responseStatus}</span>}
      </Cell>
      <Cell of="Answer">
        {error && <p class="attempt-error">{error}</p>}
        {responseBody ? (
          <TextBlock text={responseBody} what={`response to attempt ${number}`} copyable={false} />
        ) : (
          !error && <span class="none">empty</span>
        )}
      </Cell>
    </Row>
  );
}
