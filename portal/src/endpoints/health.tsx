// How an endpoint fared in the last 24 hours, in a line. Counting is work for the rail, so it is asked for once, and for what is on
// the screen alone.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Stats } from "../api/objects";
import { getStats } from "../api/rail";
import { inWords } from "../api/words";
import { Toned } from "../controls/badge";
import { oneAtATime } from "./turns";

const HOURS_24 = 24 * 3600 * 1000;

export function Health({ id }: { id: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [stats, setStats] = useState<Stats | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => {
    const abort = new AbortController();
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      const until = new Date();
      const since = new Date(until.getTime() - HOURS_24);
      oneAtATime(() => getStats(id, since.toISOString(), until.toISOString(), 1, abort.signal))
        .then(setStats)
        .catch((thrown) => abort.signal.aborted || setProblem(thrown));
    });
    if (place.current) seen.observe(place.current);
    return () => {
      seen.disconnect();
      abort.abort();
    };
  }, [id]);
  return (
    <div ref={place} class="health">
      {stats && <Fared {...stats.deliveries} rate={stats.successRate} />}
      {problem !== null && (
        <span class="none" title={inWords(problem)}>
          not known
        </span>
      )}
      {stats === null && problem === null && <span class="none">counting…</span>}
    </div>
  );
}

/** Below this share of success, most of what is sent is lost on the receiver. */
const HALF = 0.5;

function Fared({ total, failed, retrying, rate }: Stats["deliveries"] & { rate: number | null }) {
  if (total === 0) return <span class="none">nothing sent</span>;
  const open = [failed > 0 ? `${failed} failed` : null, retrying > 0 ? `${retrying} retrying` : null]
    .filter(Boolean)
    .join(", ");
  if (open === "") return <Toned tone="good">{`${total.toLocaleString()} without failure`}</Toned>;
  return <Toned tone={rate !== null && rate < HALF ? "bad" : "warn"}>{`${open} of ${total.toLocaleString()}`}</Toned>;
}
