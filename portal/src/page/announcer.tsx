// What a screen reader is told when something changes elsewhere than at the focus.

import { signal } from "@preact/signals";

const said = signal({ text: "", turn: 0 });

export function announce(text: string): void {
  said.value = { text, turn: said.peek().turn + 1 };
}

/** Two regions by turns: the same words twice are then a change as well, and are said again. */
export function Announcer() {
  const { text, turn } = said.value;
  return (
    <div class="unseen" aria-live="polite" id="announcements">
      <p>{turn % 2 === 0 ? text : ""}</p>
      <p>{turn % 2 === 1 ? text : ""}</p>
    </div>
  );
}
