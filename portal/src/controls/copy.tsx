// A button that copies a text.

import { useState } from "preact/hooks";
import { announce } from "../page/announcer";

/** `what` names it for a screen reader: "Copy payload". */
export function Copy({ text, what }: { text: string; what: string }) {
  const [outcome, setOutcome] = useState<"copied" | "refused" | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome("copied");
      announce(`Copied ${what}`);
    } catch {
      // Browsers keep the clipboard from pages that came over plain http.
      setOutcome("refused");
      announce("The browser does not let this page copy. Select the text, and copy it yourself.");
    }
  };
  const words = { copied: "Copied", refused: "Select it and copy" };
  return (
    <button type="button" class="copy" aria-label={`Copy ${what}`} onClick={copy} onBlur={() => setOutcome(null)}>
      {outcome ? words[outcome] : "Copy"}
    </button>
  );
}

/** A short text with its button, such as an id. */
export function Copyable({ text, what }: { text: string; what: string }) {
  return (
    <span class="copyable">
      <code>{text}</code> <Copy text={text} what={what} />
    </span>
  );
}
