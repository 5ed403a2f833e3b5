// How an endpoint fares: deliveries and latency over a time, in numbers, as charts and as a table.

import { useCallback, useState } from "preact/hooks";
import type { Bucket, Stats } from "../api/objects";
import { getStats } from "../api/rail";
import { Problem } from "../controls/problem";
import { Cell, Row, Table } from "../controls/table";
import { When, local, took } from "../controls/when";
import { Heading } from "../page/heading";
import { useReading } from "../page/reading";
import { note, route } from "../page/route";
import { Chart, type Drawn } from "./chart";
import { LATENCY_LEGEND, OUTCOME_LEGEND, deliveries, latency, type Legend } from "./drawn";
import { WINDOWS, windowOf } from "./windows";

export function Statistics({ endpointId }: { endpointId: string }) {
  const [asTable, setAsTable] = useState(false);
  const window = windowOf(route.value.query.get("window"));
  const { value, problem, again } = useReading(`${endpointId} ${window.name}`, (signal) => {
    const until = new Date();
    const since = new Date(until.getTime() - window.seconds * 1000);
    return getStats(endpointId, since.toISOString(), until.toISOString(), window.buckets, signal);
  });
  return (
    <section aria-label="Statistics">
      <div class="section-title">
        <Heading level={2}>Statistics</Heading>
        <fieldset class="segments">
          <legend class="unseen">Time</legend>
          {WINDOWS.map(({ name, label }) => (
            <label key={name}>
              <input
                type="radio"
                name="window"
                checked={name === window.name}
                onChange={() => note({ window: name })}
              />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        <button type="button" onClick={() => void again()}>
          Refresh
        </button>
      </div>
      <Problem problem={problem} again={again} />
      {value === null && problem === null && <p class="loading">Counting…</p>}
      {value && <Shown stats={value} asTable={asTable} onTable={setAsTable} />}
    </section>
  );
}

interface ShownProps {
  stats: Stats;
  /** Whether the table is open, which another time does not change. */
  asTable: boolean;
  onTable: (open: boolean) => void;
}

function Shown({ stats, asTable, onTable }: ShownProps) {
  const { buckets, complete, since, until } = stats;
  return (
    <>
      {!complete && (
        <p class="notice">There were more deliveries than are counted for one answer: these are the newest of them.</p>
      )}
      <Figures {...stats} />
      <p class="hint">
        From <When at={since} /> until <When at={until} />. A delivery is counted at the time of its event.
      </p>
      <Panel
        title="Deliveries"
        stats={stats}
        legend={OUTCOME_LEGEND}
        drawn={deliveries}
        told={(bucket, name) => String(bucket[name as "delivered"])}
      />
      <Panel
        title="Latency of answered attempts"
        stats={stats}
        legend={LATENCY_LEGEND}
        drawn={latency}
        told={({ latencyMs }, name) => (latencyMs ? took(latencyMs[name as "p50"]) : "–")}
      />
      <details class="numbers" open={asTable} onToggle={({ currentTarget }) => onTable(currentTarget.open)}>
        <summary>The same as a table</summary>
        <Table
          caption="Deliveries and latency over time"
          columns={["From", "Delivered", "Failed", "Retrying", "Pending", "p50", "p90", "p99", "Slowest"]}
        >
          {buckets.map((bucket) => (
            <BucketRow key={bucket.since} {...bucket} />
          ))}
        </Table>
      </details>
    </>
  );
}

const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 2 });

function Figures({ deliveries: count, attempts, successRate, latencyMs }: Stats) {
  const figures: [string, string][] = [
    ["Deliveries", count.total.toLocaleString()],
    ["Success rate", successRate === null ? "–" : percent.format(successRate)],
    ["Delivered", count.delivered.toLocaleString()],
    ["Failed", count.failed.toLocaleString()],
    ["Retrying", count.retrying.toLocaleString()],
    ["Pending", count.pending.toLocaleString()],
    ["Attempts", attempts.total.toLocaleString()],
    ["Latency p50", latencyMs ? took(latencyMs.p50) : "–"],
    ["p90", latencyMs ? took(latencyMs.p90) : "–"],
    ["p99", latencyMs ? took(latencyMs.p99) : "–"],
    ["Slowest", latencyMs ? took(latencyMs.max) : "–"],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, figure]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}

interface PanelProps {
  title: string;
  stats: Stats;
  legend: readonly Legend[];
  drawn: (buckets: readonly Bucket[], colour: (name: string) => string) => Drawn;
  told: (bucket: Bucket, name: string) => string;
}

/** A chart with its legend, which tells the numbers of the bucket that the pointer is at. */
function Panel({ title, stats, legend, drawn, told }: PanelProps) {
  const { buckets, since, until } = stats;
  const [at, setAt] = useState<number | null>(null);
  const bucket = at === null ? undefined : buckets[at];
  const draw = useCallback((colour: (name: string) => string) => drawn(buckets, colour), [buckets, drawn]);
  return (
    <figure class="panel">
      <figcaption>
        <h3>{title}</h3>
        <span class="legend" aria-hidden="true">
          {bucket && <span class="bucket">{local(bucket.since)}</span>}
          {legend.map(({ name, colour }) => (
            <span key={name}>
              <i class={`swatch ${colour}`} />
              {name}
              {bucket && <b> {told(bucket, name)}</b>}
            </span>
          ))}
        </span>
      </figcaption>
      <Chart since={Date.parse(since) / 1000} until={Date.parse(until) / 1000} drawn={draw} onPoint={setAt} />
    </figure>
  );
}

function BucketRow({ since, delivered, failed, retrying, pending, latencyMs }: Bucket) {
  const of = (name: "p50" | "p90" | "p99" | "max") => (latencyMs ? took(latencyMs[name]) : "–");
  return (
    <Row>
      <Cell of="From">
        <When at={since} />
      </Cell>
      <Cell of="Delivered">{delivered}</Cell>
      <Cell of="Failed">{failed}</Cell>
      <Cell of="Retrying">{retrying}</Cell>
      <Cell of="Pending">{pending}</Cell>
      <Cell of="p50">{of("p50")}</Cell>
      <Cell of="p90">{of("p90")}</Cell>
      <Cell of="p99">{of("p99")}</Cell>
      <Cell of="Slowest">{of("max")}</Cell>
    </Row>
  );
}
