// A status: its colour, and its name beside it.

import type { Attempt, EndpointStatus, Status } from "../api/objects";

type Tone = "good" | "bad" | "warn" | "calm";

const TONES: Record<Status | EndpointStatus | Attempt["outcome"], Tone> = {
  pending: "calm",
  retrying: "warn",
  delivered: "good",
  failed: "bad",
  active: "good",
  paused: "warn",
  disabled: "calm",
  accepted: "good",
  refused: "bad",
  gone: "bad",
  timed_out: "bad",
  unreachable: "bad",
  forbidden_address: "bad",
};

export function Badge({ of: name }: { of: keyof typeof TONES }) {
  return <span class={`badge ${TONES[name]}`}>{name.replaceAll("_", " ")}</span>;
}

/** Likewise, in words of its own. */
export function Toned({ tone, children }: { tone: Tone; children: string }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}
