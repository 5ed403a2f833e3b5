// One endpoint: what it is, what can be done with it, what it received, and how it fares.

import { useState } from "preact/hooks";
import type { Endpoint, Event, Recovery } from "../api/objects";
import { getEndpoint } from "../api/rail";
import { Statistics } from "../charts/statistics";
import { Badge } from "../controls/badge";
import { Copyable } from "../controls/copy";
import { Fact } from "../controls/fact";
import { Problem } from "../controls/problem";
import { When } from "../controls/when";
import { Heading } from "../page/heading";
import { usePolling } from "../page/polling";
import { useReading } from "../page/reading";
import { href } from "../page/route";
import { DeleteAction } from "./delete";
import { remember } from "./known";
import { DISABLED } from "./list";
import { Patterns } from "./patterns";
import { Received } from "./received";
import { RecoverAction, RecoveryProgress } from "./recover";
import { RotateAction } from "./rotate";
import { StatusActions } from "./status";
import { TestAction, TestResult } from "./test-event";

/** It may be disabled meanwhile, because of what it answers. */
const REFRESH_SECONDS = 10;

export type View = "received" | "statistics";

export function EndpointPlace({ id, view }: { id: string; view: View }) {
  const { value, problem, again, put } = useReading(id, async (signal) => {
    const endpoint = await getEndpoint(id, signal);
    remember(endpoint);
    return endpoint;
  });
  usePolling(value ? REFRESH_SECONDS : null, again);
  return (
    <>
      <nav class="trail" aria-label="Breadcrumb">
        <a href={href(["endpoints"])}>Endpoints</a>
      </nav>
      <div class="title">
        <Heading title={value?.url ?? "Endpoint"}>{value ? <span class="url">{value.url}</span> : "Endpoint"}</Heading>
        {value && <Badge of={value.status} />}
      </div>
      <Problem problem={problem} again={again} />
      {value === null && problem === null && <p class="loading">Reading the endpoint…</p>}
      {value && (
        <>
          {value.description && <p class="lead">{value.description}</p>}
          <Doings endpoint={value} put={put} />
          <Facts {...value} />
        </>
      )}
      <nav class="tabs" aria-label="Of this endpoint">
        <a href={href(["endpoints", id])} aria-current={view === "received" ? "page" : undefined}>
          Received
        </a>
        <a href={href(["endpoints", id, "statistics"])} aria-current={view === "statistics" ? "page" : undefined}>
          Statistics
        </a>
      </nav>
      {view === "received" ? <Received endpointId={id} /> : <Statistics endpointId={id} />}
    </>
  );
}

/** The buttons, and below them what came of the latest test and the latest recovery. */
function Doings({ endpoint, put }: { endpoint: Endpoint; put: (endpoint: Endpoint) => void }) {
  const [test, setTest] = useState<Event | null>(null);
  const [recovery, setRecovery] = useState<Recovery | null>(null);
  const changed = (now: Endpoint) => {
    remember(now);
    put(now);
  };
  return (
    <>
      <div class="actions" role="group" aria-label="Actions">
        <TestAction endpoint={endpoint} sent={setTest} />
        <StatusActions endpoint={endpoint} changed={changed} />
        <a class="button" href={href(["endpoints", endpoint.id, "edit"])}>
          Edit
        </a>
        <RotateAction endpoint={endpoint} changed={changed} />
        <RecoverAction endpoint={endpoint} begun={setRecovery} />
        <DeleteAction endpoint={endpoint} />
      </div>
      {test && <TestResult key={test.id} event={test} />}
      {recovery && <RecoveryProgress key={recovery.id} begun={recovery} />}
    </>
  );
}

function Facts({
  id,
  events,
  rateLimit,
  headers,
  metadata,
  createdAt,
  updatedAt,
  disabledAt,
  disabledReason,
}: Endpoint) {
  return (
    <dl class="facts">
      <Fact name="Endpoint">
        <Copyable text={id} what="endpoint id" />
      </Fact>
      <Fact name="Events">
        <Patterns of={events} whole />
      </Fact>
      <Fact name="Rate limit">{rateLimit === null ? "none" : `${rateLimit} a second`}</Fact>
      <NamedValues name="Headers" of={headers} />
      <NamedValues name="Metadata" of={metadata} />
      {disabledAt && disabledReason && (
        <Fact name="Disabled">
          <When at={disabledAt} />, {DISABLED[disabledReason]}
        </Fact>
      )}
      <Fact name="Registered">
        <When at={createdAt} />
      </Fact>
      <Fact name="Changed">
        <When at={updatedAt} />
      </Fact>
    </dl>
  );
}

function NamedValues({ name, of: pairs }: { name: string; of: Record<string, string> }) {
  const entries = Object.entries(pairs);
  if (entries.length === 0) return null;
  return (
    <Fact name={name}>
      <ul>
        {entries.map(([key, value]) => (
          <li key={key}>
            <code>
              {key}: {value}
            </code>
          </li>
        ))}
      </ul>
    </Fact>
  );
}
