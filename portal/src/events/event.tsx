// One event: what it says, where it went, and how that went.

import { useEffect, useState } from "preact/hooks";
import type { Delivery, Event } from "../api/objects";
import { cancelRetries, retryEvent } from "../api/rail";
import { Action } from "../controls/action";
import { Badge } from "../controls/badge";
import { Copyable } from "../controls/copy";
import { Fact } from "../controls/fact";
import { Problem } from "../controls/problem";
import { TextBlock } from "../controls/text-block";
import { When } from "../controls/when";
import { known, knowEndpoints } from "../endpoints/known";
import { laidOut } from "../json/layout";
import { announce } from "../page/announcer";
import { Heading } from "../page/heading";
import { href } from "../page/route";
import { DeliverySection } from "./delivery";
import { useOneEvent, type OneEvent } from "./one-event";

/** Deliveries shown at first: an event may have 500. */
const SHOWN_AT_FIRST = 25;

export function EventPlace({ id }: { id: string }) {
  useEffect(knowEndpoints, []);
  const { value, problem, again } = useOneEvent(id);
  const type = value?.event.type;
  const status = value?.event.status;
  useEffect(() => {
    if (status) announce(`The event is ${status}`);
  }, [status]);
  return (
    <>
      <nav class="trail" aria-label="Breadcrumb">
        <a href={href(["events"])}>Events</a>
      </nav>
      <div class="title">
        <Heading title={type ?? "Event"}>{type ? <code>{type}</code> : "Event"}</Heading>
        {status && <Badge of={status} />}
      </div>
      <Problem problem={problem} again={again} />
      {value === null && problem === null && <p class="loading">Reading the event…</p>}
      {value && <Shown {...value} again={again} />}
    </>
  );
}

function Shown({ event, payload, metadata, attempts, again }: OneEvent & { again: () => Promise<void> }) {
  return (
    <>
      <dl class="facts">
        <Fact name="Event">
          <Copyable text={event.id} what="event id" />
        </Fact>
        <Fact name="Created">
          <When at={event.createdAt} />
        </Fact>
      </dl>
      <Deliveries event={event} attempts={attempts} again={again} />
      <div class="columns">
        <section aria-labelledby="payload">
          <h2 id="payload">Payload</h2>
          <TextBlock text={laidOut(payload)} what="payload" />
        </section>
        <section aria-labelledby="metadata">
          <h2 id="metadata">Metadata</h2>
          {Object.keys(event.metadata).length === 0 ? (
            <p class="none">None.</p>
          ) : (
            <TextBlock text={laidOut(metadata)} what="metadata" />
          )}
        </section>
      </div>
    </>
  );
}

/** A first attempt that is under way is no retry; what is kept for a paused endpoint can be cancelled as well. */
function isCancellable({ status, attempts, endpointId }: Delivery): boolean {
  const isKept = known.value.get(endpointId)?.status === "paused";
  return status === "retrying" || (status === "pending" && (attempts > 0 || isKept));
}

const isRetriable = ({ status }: Delivery) => status === "failed" || status === "retrying";

interface DeliveriesProps extends Pick<OneEvent, "attempts"> {
  event: Event;
  again: () => Promise<void>;
}

function Deliveries({ event, attempts, again }: DeliveriesProps) {
  const [shown, setShown] = useState(SHOWN_AT_FIRST);
  const retry = async (endpointId?: string) => {
    await retryEvent(event.id, endpointId);
    await again();
  };
  const cancel = async (endpointId?: string) => {
    await cancelRetries(event.id, endpointId);
    await again();
  };
  const { deliveries } = event;
  return (
    <section aria-labelledby="deliveries" tabIndex={-1}>
      <div class="section-title">
        <h2 id="deliveries">{deliveries.length === 1 ? "1 delivery" : `${deliveries.length} deliveries`}</h2>
        {deliveries.length > 1 && deliveries.some(isRetriable) && (
          <Action run={retry} done="Retried">
            Retry all failed and waiting
          </Action>
        )}
        {deliveries.length > 1 && deliveries.some(isCancellable) && (
          <Action run={cancel} done="Cancelled">
            Cancel all retries
          </Action>
        )}
      </div>
      {deliveries.length === 0 && (
        <div class="empty">
          <p>
            No endpoint subscribes to this type, so nothing was sent.{" "}
            <a href={href(["endpoints", "new"])}>Register an endpoint</a> for the next one.
          </p>
        </div>
      )}
      {deliveries.slice(0, shown).map((delivery) => (
        <DeliverySection
          key={delivery.endpointId}
          delivery={delivery}
          attempts={attempts.filter(({ endpointId }) => endpointId === delivery.endpointId)}
          retry={isRetriable(delivery) ? () => retry(delivery.endpointId) : null}
          cancel={isCancellable(delivery) ? () => cancel(delivery.endpointId) : null}
        />
      ))}
      {deliveries.length > shown && (
        <button type="button" onClick={() => setShown(shown + SHOWN_AT_FIRST)}>
          Show more deliveries
        </button>
      )}
    </section>
  );
}
