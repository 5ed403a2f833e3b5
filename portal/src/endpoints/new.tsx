// Registering an endpoint.

import type { NewEndpoint } from "../api/objects";
import { createEndpoint } from "../api/rail";
import { Heading } from "../page/heading";
import { go, href } from "../page/route";
import { EndpointForm, type Particulars, written } from "./form";
import { remember } from "./known";
import { reveal } from "./secret";

const NOTHING: Particulars = {
  url: "",
  events: [],
  description: "",
  rateLimit: "",
  headers: [],
  metadata: [],
  secret: "",
};

export function NewEndpointPlace() {
  const submit = async (particulars: Particulars) => {
    const { secret, ...endpoint } = await createEndpoint(request(particulars));
    remember(endpoint);
    go(["endpoints", endpoint.id]);
    if (secret) reveal({ endpoint: endpoint.url, secret, why: "registered" });
  };
  return (
    <>
      <nav class="trail" aria-label="Breadcrumb">
        <a href={href(["endpoints"])}>Endpoints</a>
      </nav>
      <Heading title="Register an endpoint">Register an endpoint</Heading>
      <EndpointForm initial={NOTHING} verb="Register" withSecret submit={submit} back={href(["endpoints"])} />
    </>
  );
}

/** What was left empty is not said. */
function request(particulars: Particulars): NewEndpoint {
  const { description, rateLimit, ...always } = written(particulars);
  return {
    ...always,
    ...(description === null ? {} : { description }),
    ...(rateLimit === null ? {} : { rateLimit }),
    ...(particulars.secret === "" ? {} : { secret: particulars.secret }),
  };
}
