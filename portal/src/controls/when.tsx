// Times: in the reader's own zone, with the exact one in UTC behind it.

import type { Time } from "../api/objects";
import { useNow } from "../page/polling";

const THIS_YEAR = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const ANOTHER_YEAR = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** 24 Nov, 20:12:05 */
export function local(at: Time | number): string {
  const date = new Date(at);
  return (date.getFullYear() === new Date().getFullYear() ? THIS_YEAR : ANOTHER_YEAR).format(date);
}

/** 2026-11-24 20:12:05.123 UTC */
const exact = (at: Time) => new Date(at).toISOString().replace("T", " ").replace("Z", " UTC");

export function When({ at }: { at: Time }) {
  return (
    <time dateTime={at} title={exact(at)}>
      {local(at)}
    </time>
  );
}

/** The time until then, counting down. */
export function Until({ at }: { at: Time }) {
  const seconds = Math.ceil((Date.parse(at) - useNow(true)) / 1000);
  return (
    <time dateTime={at} title={exact(at)}>
      {seconds > 0 ? `in ${span(seconds)}` : "due now"}
    </time>
  );
}

/** 45 s, 4:05 min, 1:59:30 h */
function span(seconds: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`;
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)} h`;
}

/** 137 ms, 1.24 s */
export function took(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** What an input for a local date and time holds, as the API writes it. Empty stays empty. */
export function fromLocalInput(value: string): Time | undefined {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** And back. */
export function toLocalInput(at: Time | undefined): string {
  if (at === undefined || Number.isNaN(Date.parse(at))) return "";
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
