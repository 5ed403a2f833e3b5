// Pausing, activating and disabling an endpoint.

import type { Endpoint, EndpointStatus } from "../api/objects";
import { updateEndpoint } from "../api/rail";
import { Action } from "../controls/action";

const STEPS: Record<EndpointStatus, readonly { to: EndpointStatus; verb: string }[]> = {
  active: [
    { to: "paused", verb: "Pause" },
    { to: "disabled", verb: "Disable" },
  ],
  paused: [
    { to: "active", verb: "Activate" },
    { to: "disabled", verb: "Disable" },
  ],
  disabled: [{ to: "active", verb: "Activate" }],
};

export function StatusActions({ endpoint, changed }: { endpoint: Endpoint; changed: (now: Endpoint) => void }) {
  const set = async (status: EndpointStatus) => changed(await updateEndpoint(endpoint.id, { status }));
  return (
    <>
      {STEPS[endpoint.status].map(({ to, verb }, place) => (
        // By its place, so that who pressed Pause has the focus on Activate then.
        <Action key={place} run={() => set(to)} done={`The endpoint is ${to}`}>
          {verb}
        </Action>
      ))}
    </>
  );
}
