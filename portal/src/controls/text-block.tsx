// A longer text as it is: a payload, a response, a command. Never read as HTML.

import { Copy } from "./copy";

interface Props {
  text: string;
  /** What it is, for its heading's sake and a screen reader's. */
  what: string;
  copyable?: boolean;
}

export function TextBlock({ text, what, copyable = true }: Props) {
  // It scrolls, so the keyboard must reach it.
  return (
    <div class="text-block">
      {copyable && <Copy text={text} what={what} />}
      <pre role="group" aria-label={what} tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}
