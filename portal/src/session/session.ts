// Who is signed in: the API key, which lives in this tab alone and is gone with it.

import { signal } from "@preact/signals";

const STORED_AS = "webhooks-rail.api-key";

interface Session {
  key: string | null;
  /** Why nobody is signed in any more, where that needs words. */
  notice: string | null;
}

export const session = signal<Session>({ key: sessionStorage.getItem(STORED_AS), notice: null });

export function signIn(key: string): void {
  sessionStorage.setItem(STORED_AS, key);
  session.value = { key, notice: null };
}

export function signOut(notice: string | null = null): void {
  sessionStorage.removeItem(STORED_AS);
  session.value = { key: null, notice };
}

/** What is told to who worked with a key that is valid no longer. An answer to a key of before tells nothing about the current one. */
export function refused(key: string): void {
  if (session.value.key === key) signOut("The API key is no longer valid. Sign in with another one to go on.");
}
