// Reading something of the API for as long as it is shown.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export interface Reading<T> {
  value: T | null;
  /** Why the latest try failed. What was read before stays. */
  problem: unknown;
  /** Reads once more, keeping what is shown until then. */
  again: () => Promise<void>;
  /** Puts in what another answer said. */
  put: (value: T) => void;
}

/** What `read` answers, from now on and again whenever `key` changes. */
export function useReading<T>(key: string, read: (signal: AbortSignal) => Promise<T>): Reading<T> {
  const [state, setState] = useState<{ value: T | null; problem: unknown }>({ value: null, problem: null });
  const latest = useRef(read);
  latest.current = read;
  const current = useRef(new AbortController());

  const again = useCallback(async () => {
    current.current.abort();
    const { signal } = (current.current = new AbortController());
    try {
      const value = await latest.current(signal);
      if (!signal.aborted) setState({ value, problem: null });
    } catch (problem) {
      if (!signal.aborted) setState(({ value }) => ({ value, problem }));
    }
  }, []);

  const put = useCallback((value: T) => {
    current.current.abort();
    setState({ value, problem: null });
  }, []);

  useEffect(() => {
    setState({ value: null, problem: null });
    void again();
    return () => current.current.abort();
  }, [key]);

  return { ...state, again, put };
}
