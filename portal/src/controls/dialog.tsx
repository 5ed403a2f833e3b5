// A question or a form before all else. The browser keeps the focus in it, and gives it back.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
  title: string;
  onClose: () => void;
  /** Whether Escape must not close it: what it shows cannot be shown again. */
  insistent?: boolean;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, insistent = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      shown?.close();
      // What is taken out of the page while it is open does not give the focus back by itself. And where it was may be gone: the
      // place behind the dialog has changed then, and could not take the focus when it did.
      const back =
        before instanceof HTMLElement && before !== document.body && before.isConnected
          ? before
          : document.querySelector("h1");
      back?.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        if (!insistent) onClose();
      }}
      onClose={() => {
        // Browsers close it at a second Escape, whatever was said to the first. Where it goes with its place, nothing is left to do.
        if (dialog.current === null) return;
        if (insistent) dialog.current.showModal();
        else onClose();
      }}
    >
      <h2 id={heading}>{title}</h2>
      {children}
    </dialog>
  );
}
