// Sending a test event to an endpoint, and seeing what comes of it.

import { useEffect } from "preact/hooks";
import type { Attempt, Endpoint, Event } from "../api/objects";
import { testEndpoint } from "../api/rail";
import { Action } from "../controls/action";
import { Badge } from "../controls/badge";
import { Problem } from "../controls/problem";
import { TextBlock } from "../controls/text-block";
import { took } from "../controls/when";
import { useOneEvent } from "../events/one-event";
import { announce } from "../page/announcer";
import { href } from "../page/route";

export function TestAction({ endpoint, sent }: { endpoint: Endpoint; sent: (event: Event) => void }) {
  return (
    <Action kind="primary" run={async () => sent(await testEndpoint(endpoint.id))} done="The test event is sent">
      Send test event
    </Action>
  );
}

export function TestResult({ event }: { event: Event }) {
  const { value, problem } = useOneEvent(event.id);
  const now = value?.event ?? event;
  const attempt = value?.attempts.at(-1);
  useEffect(() => {
    if (attempt) announce(`The test event is ${now.status}: ${told(attempt)}`);
  }, [now.status]);
  return (
    <section class="result panel" aria-label="Test event">
      <p>
        <Badge of={now.status} /> Test event{" "}
        <a href={href(["events", event.id])}>
          <code>{event.id}</code>
        </a>
        {attempt ? `: ${told(attempt)}` : ": waiting for the endpoint's answer…"}
      </p>
      {attempt?.responseBody && (
        <TextBlock text={attempt.responseBody} what="response to the test event" copyable={false} />
      )}
      <Problem problem={problem} />
    </section>
  );
}

/** refused, HTTP 503, in 41 ms */
function told({ outcome, responseStatus, error, durationMs }: Attempt): string {
  const status = responseStatus === null ? null : `HTTP ${responseStatus}`;
  return [outcome.replaceAll("_", " "), status, error, `in ${took(durationMs)}`].filter(Boolean).join(", ");
}
