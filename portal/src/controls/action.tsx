// A button that does something which takes a while, and says beside it why it could not.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { announce } from "../page/announcer";
import { useHandOver } from "./hand-over";
import { Problem } from "./problem";

interface Props {
  run: () => Promise<void>;
  children: ComponentChildren;
  /** What a screen reader is told when it is done. */
  done?: string;
  kind?: "primary" | "danger";
  /** The name for a screen reader, where the words alone would not tell it from its neighbours. */
  label?: string;
}

export function Action({ run, children, done, kind, label }: Props) {
  const { busy, problem, act } = useAct(run, done);
  const button = useHandOver<HTMLButtonElement>();
  // Not `disabled`, which would take the focus away from who pressed it.
  return (
    <>
      <button ref={button} type="button" class={kind} aria-label={label} aria-disabled={busy} onClick={act}>
        {children}
      </button>
      <Problem problem={problem} />
    </>
  );
}

/** Doing something at most once at a time. */
export function useAct(run: () => Promise<void>, done?: string) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const act = async () => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await run();
      if (done) announce(done);
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, act };
}
