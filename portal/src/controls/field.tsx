// A field of a form: its label, what it takes, and what is wrong with what it has.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** What ties an input to its label and its words. */
export interface Ties {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean;
}

interface Props {
  label: string;
  hint?: ComponentChildren;
  wrong?: string | null;
  children: (ties: Ties) => ComponentChildren;
}

export function Field({ label, hint, wrong = null, children }: Props) {
  const id = useId();
  const words = [hint ? `${id}-hint` : null, wrong ? `${id}-wrong` : null].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children({ id, "aria-describedby": words || undefined, "aria-invalid": wrong !== null })}
      <Wrong id={`${id}-wrong`} text={wrong} />
    </div>
  );
}

/** What is wrong with a field. */
export function Wrong({ id, text }: { id: string; text: string | null }) {
  if (text === null) return null;
  return (
    <p class="wrong" id={id} role="alert">
      {text}
    </p>
  );
}
