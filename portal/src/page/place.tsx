// What is shown for where the reader is.

import { EventTypePlace } from "../catalog/event-type";
import { CatalogPlace } from "../catalog/list";
import { EditEndpoint } from "../endpoints/edit";
import { EndpointPlace } from "../endpoints/endpoint";
import { EndpointsPlace } from "../endpoints/list";
import { NewEndpointPlace } from "../endpoints/new";
import { SecretDialog } from "../endpoints/secret";
import { EventPlace } from "../events/event";
import { EventsPlace } from "../events/list";
import { Heading } from "./heading";
import { href, route } from "./route";

export function Place() {
  return (
    <>
      <Here />
      <SecretDialog />
    </>
  );
}

function Here() {
  const [section = "endpoints", id, view] = route.value.path;
  if (route.value.path.length > 3) return <Nowhere />;
  if (section === "endpoints") {
    if (id === undefined) return <EndpointsPlace />;
    if (id === "new" && view === undefined) return <NewEndpointPlace />;
    if (view === "edit") return <EditEndpoint key={id} id={id} />;
    if (view === undefined || view === "statistics")
      return <EndpointPlace key={id} id={id} view={view ?? "received"} />;
  }
  if (section === "events" && view === undefined) {
    return id === undefined ? <EventsPlace /> : <EventPlace key={id} id={id} />;
  }
  if (section === "catalog" && view === undefined) {
    return id === undefined ? <CatalogPlace /> : <EventTypePlace key={id} name={id} />;
  }
  return <Nowhere />;
}

function Nowhere() {
  return (
    <>
      <Heading title="Not found">There is nothing here</Heading>
      <p>
        The address leads nowhere. Go to <a href={href(["endpoints"])}>your endpoints</a>.
      </p>
    </>
  );
}
