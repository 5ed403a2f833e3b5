// A dialog that asks for something and then does it.

import type { ComponentChildren } from "preact";
import { aboutField, isBeyond } from "../api/words";
import { useAct } from "./action";
import { Dialog } from "./dialog";
import { Problem } from "./problem";

interface Props<Name extends string> {
  title: string;
  /** What the button says that does it. */
  does: string;
  run: () => Promise<void>;
  close: () => void;
  /** The fields, as the API names them, beside which what is wrong with them is said. */
  names: readonly Name[];
  children: (wrong: (name: Name) => string | null) => ComponentChildren;
}

export function FormDialog<Name extends string>({ title, does, run, close, names, children }: Props<Name>) {
  const { busy, problem, act } = useAct(run);
  return (
    <Dialog title={title} onClose={close}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void act();
        }}
      >
        {children((name) => aboutField(problem, name))}
        {isBeyond(problem, names) && <Problem problem={problem} />}
        <div class="actions">
          <button type="submit" class="primary" aria-disabled={busy}>
            {does}
          </button>
          <button type="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
