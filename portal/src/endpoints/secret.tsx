// A signing secret, shown this once. It is kept in memory until the reader has it, and nowhere else.

import { signal } from "@preact/signals";
import { Copy } from "../controls/copy";
import { Dialog } from "../controls/dialog";
import { session } from "../session/session";

interface Revealed {
  /** Its URL. */
  endpoint: string;
  secret: string;
  why: "registered" | "rotated";
}

const revealed = signal<Revealed | null>(null);

// It is not for who signs in next.
session.subscribe(({ key }) => {
  if (key === null) revealed.value = null;
});

export function reveal(secret: Revealed): void {
  revealed.value = secret;
}

const TITLES = { registered: "The endpoint is registered", rotated: "The secret is rotated" };

export function SecretDialog() {
  if (revealed.value === null) return null;
  const { endpoint, secret, why } = revealed.value;
  return (
    <Dialog title={TITLES[why]} insistent onClose={() => (revealed.value = null)}>
      <p>
        The signing secret of <span class="url">{endpoint}</span> is shown this once. Store it where your receiver
        verifies signatures.
      </p>
      <p class="secret">
        <code>{secret}</code> <Copy text={secret} what="signing secret" />
      </p>
      <div class="actions">
        <button type="button" class="primary" onClick={() => (revealed.value = null)}>
          I have stored it
        </button>
      </div>
    </Dialog>
  );
}
