// Changing an endpoint.

import type { Endpoint, EndpointPatch } from "../api/objects";
import { getEndpoint, updateEndpoint } from "../api/rail";
import { Problem } from "../controls/problem";
import { announce } from "../page/announcer";
import { Heading } from "../page/heading";
import { useReading } from "../page/reading";
import { go, href } from "../page/route";
import { EndpointForm, type Particulars, written } from "./form";
import { remember } from "./known";

export function EditEndpoint({ id }: { id: string }) {
  const { value, problem, again } = useReading(id, (signal) => getEndpoint(id, signal));
  const submit = async (before: Endpoint, particulars: Particulars) => {
    const patch = changes(before, particulars);
    if (Object.keys(patch).length > 0) remember(await updateEndpoint(id, patch));
    go(["endpoints", id]);
    announce("The endpoint is changed");
  };
  return (
    <>
      <nav class="trail" aria-label="Breadcrumb">
        <a href={href(["endpoints"])}>Endpoints</a> <a href={href(["endpoints", id])}>{value?.url ?? id}</a>
      </nav>
      <Heading title="Edit endpoint">Edit endpoint</Heading>
      <Problem problem={problem} again={again} />
      {value && (
        <EndpointForm
          initial={particulars(value)}
          verb="Save"
          submit={(given) => submit(value, given)}
          back={href(["endpoints", id])}
        />
      )}
    </>
  );
}

function particulars({ url, events, description, rateLimit, headers, metadata }: Endpoint): Particulars {
  return {
    url,
    events,
    description: description ?? "",
    rateLimit: rateLimit === null ? "" : String(rateLimit),
    headers: Object.entries(headers),
    metadata: Object.entries(metadata),
    secret: "",
  };
}

/** What is different from before: a colleague may have changed the rest meanwhile. */
function changes(before: Endpoint, given: Particulars): EndpointPatch {
  const now = written(given);
  const names = Object.keys(now) as (keyof typeof now)[];
  return Object.fromEntries(
    names.filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name])).map((name) => [name, now[name]]),
  );
}
