// Doing something again and again, for as long as somebody can see what comes of it.

import { useEffect, useRef, useState } from "preact/hooks";
import { isWelcome } from "../api/call";

/** Repeats `task` so many seconds after its last end, while the page is visible; `null` seconds: not at all. */
export function usePolling(seconds: number | null, task: () => Promise<void>): void {
  const latest = useRef(task);
  latest.current = task;
  useEffect(() => {
    if (seconds === null) return;
    let timer: number | undefined;
    let over = false;
    const wait = () => {
      timer = window.setTimeout(turn, seconds * 1000);
    };
    const turn = async () => {
      if (!document.hidden && isWelcome()) await latest.current();
      if (!over) wait();
    };
    const seen = () => {
      if (document.hidden) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(turn, 0);
    };
    wait();
    document.addEventListener("visibilitychange", seen);
    return () => {
      over = true;
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [seconds]);
}

/** The time, by the second, while `on`. */
export function useNow(on: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!on) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [on]);
  return now;
}
