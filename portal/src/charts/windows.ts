// The times that statistics are shown for.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Window {
  /** As the address names it. */
  name: string;
  label: string;
  seconds: number;
  buckets: number;
}

const DEFAULT: Window = { name: "24h", label: "24 hours", seconds: DAY, buckets: 48 };

export const WINDOWS: readonly Window[] = [
  { name: "1h", label: "1 hour", seconds: HOUR, buckets: 30 },
  DEFAULT,
  { name: "7d", label: "7 days", seconds: 7 * DAY, buckets: 56 },
  { name: "30d", label: "30 days", seconds: 30 * DAY, buckets: 60 },
];

export const windowOf = (name: string | null): Window => WINDOWS.find((window) => window.name === name) ?? DEFAULT;
