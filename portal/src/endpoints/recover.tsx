// Delivering again what failed at an endpoint over a time, such as an outage of the receiver.

import { useEffect, useState } from "preact/hooks";
import type { Endpoint, Recovery } from "../api/objects";
import { getRecovery, recover } from "../api/rail";
import { Field } from "../controls/field";
import { FormDialog } from "../controls/form-dialog";
import { Problem } from "../controls/problem";
import { When, fromLocalInput, toLocalInput } from "../controls/when";
import { announce } from "../page/announcer";
import { usePolling } from "../page/polling";
import { useReading } from "../page/reading";

const REFRESH_SECONDS = 2;
const DEFAULT_HOURS = 24;
const HOUR_MS = 3600 * 1000;

interface Props {
  endpoint: Endpoint;
  begun: (recovery: Recovery) => void;
}

export function RecoverAction({ endpoint, begun }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Recover failed
      </button>
      {open && <RecoverDialog endpoint={endpoint} begun={begun} close={() => setOpen(false)} />}
    </>
  );
}

function RecoverDialog({ endpoint, begun, close }: Props & { close: () => void }) {
  const [since, setSince] = useState(() => toLocalInput(new Date(Date.now() - DEFAULT_HOURS * HOUR_MS).toISOString()));
  const [until, setUntil] = useState("");
  const run = async () => {
    const from = fromLocalInput(since);
    if (from === undefined) throw new Error("Say since when deliveries are to be recovered");
    const to = fromLocalInput(until);
    begun(await recover(endpoint.id, { since: from, ...(to === undefined ? {} : { until: to }) }));
    close();
    announce("The recovery has begun");
  };
  return (
    <FormDialog title="Recover failed deliveries" does="Recover" run={run} close={close} names={["since", "until"]}>
      {(wrong) => (
        <>
          <p>
            Every delivery to <span class="url">{endpoint.url}</span> that has failed is delivered again, if its event
            is of this time.
          </p>
          <Field label="Since" wrong={wrong("since")}>
            {(ties) => (
              <input
                {...ties}
                type="datetime-local"
                required
                value={since}
                onInput={({ currentTarget }) => setSince(currentTarget.value)}
              />
            )}
          </Field>
          <Field label="Until" hint="Leave it empty for now." wrong={wrong("until")}>
            {(ties) => (
              <input
                {...ties}
                type="datetime-local"
                value={until}
                onInput={({ currentTarget }) => setUntil(currentTarget.value)}
              />
            )}
          </Field>
        </>
      )}
    </FormDialog>
  );
}

export function RecoveryProgress({ begun }: { begun: Recovery }) {
  const { value, problem, again } = useReading(begun.id, (signal) => getRecovery(begun.endpointId, begun.id, signal));
  const now = value ?? begun;
  const isRunning = now.status === "running";
  usePolling(isRunning ? REFRESH_SECONDS : null, again);
  useEffect(() => {
    if (!isRunning) announce(`The recovery is completed: ${counted(now)}`);
  }, [isRunning]);
  return (
    <section class="result panel" aria-label="Recovery">
      <p>
        {isRunning ? "Recovering" : "Recovered"} what failed from <When at={now.since} /> until <When at={now.until} />:{" "}
        {counted(now)}
      </p>
      {isRunning && <progress aria-label="Recovering">running</progress>}
      <Problem problem={problem} />
    </section>
  );
}

function counted({ recovered, skipped, status }: Recovery): string {
  if (status === "completed" && recovered + skipped === 0) return "nothing had failed.";
  const left =
    skipped > 0 ? `, ${skipped} left as they are, because they have had too many attempts or are too old` : "";
  return `${recovered} ${recovered === 1 ? "delivery" : "deliveries"} started again${left}${status === "running" ? "…" : "."}`;
}
