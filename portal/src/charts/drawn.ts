// What is drawn of an endpoint's statistics: deliveries as bars upon each other, latency as lines.

import uPlot from "uplot";
import type { Bucket, Latency } from "../api/objects";
import { took } from "../controls/when";
import type { Drawn } from "./chart";

export interface Legend {
  name: string;
  /** The style sheet's colour of that name. */
  colour: string;
}

/** From the bottom up. */
const OUTCOMES = ["delivered", "pending", "retrying", "failed"] as const;
export const OUTCOME_LEGEND: readonly Legend[] = OUTCOMES.map((name) => ({ name, colour: `chart-${name}` }));

const PERCENTILES = ["p50", "p90", "p99"] as const satisfies readonly (keyof Latency)[];
export const LATENCY_LEGEND: readonly Legend[] = PERCENTILES.map((name) => ({ name, colour: `chart-${name}` }));

/** A bar's share of its bucket, and its greatest width in pixels. */
const BAR: [number, number] = [0.8, 36];

/** Buckets are drawn at their middles. */
const middles = (buckets: readonly Bucket[]) =>
  buckets.map(({ since, until }) => (Date.parse(since) + Date.parse(until)) / 2000);

export function deliveries(buckets: readonly Bucket[], colour: (name: string) => string): Drawn {
  const bars = uPlot.paths.bars?.({ size: BAR });
  // Each bar stands for its outcome and those below, and is drawn over by those. So the uppermost comes first.
  const stacked = OUTCOMES.map((_, top) => {
    const below = OUTCOMES.slice(0, top + 1);
    return buckets.map((bucket) => below.reduce((sum, name) => sum + bucket[name], 0));
  });
  const series = OUTCOMES.map((name) => ({
    fill: colour(`chart-${name}`),
    width: 0,
    points: { show: false },
    ...(bars ? { paths: bars } : {}),
  }));
  return {
    data: [middles(buckets), ...stacked.reverse()],
    series: series.reverse(),
    label: (value) => value.toLocaleString(),
    wholeNumbers: true,
  };
}

export function latency(buckets: readonly Bucket[], colour: (name: string) => string): Drawn {
  const of = (name: keyof Latency) => buckets.map(({ latencyMs }) => latencyMs?.[name] ?? null);
  return {
    data: [middles(buckets), ...PERCENTILES.map(of)],
    // A bucket between two that have no answers would be no line at all: so each is a point as well.
    series: PERCENTILES.map((name) => ({
      stroke: colour(`chart-${name}`),
      width: 1.5,
      points: { show: true, size: 5, fill: colour(`chart-${name}`) },
    })),
    label: took,
  };
}
