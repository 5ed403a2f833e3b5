// Signing in with an API key.

import { useEffect, useRef, useState } from "preact/hooks";
import { ApiProblem } from "../api/call";
import { tryKey } from "../api/rail";
import { Field } from "../controls/field";
import { Problem } from "../controls/problem";
import { arrive } from "../page/route";
import { session, signIn } from "./session";

export function SignIn() {
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = "Sign in · Webhooks Rail";
    input.current?.focus();
  }, []);

  const submit = async () => {
    const key = input.current?.value.trim() ?? "";
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      if (key === "") throw new NoKey("Enter an API key.");
      await tryKey(key).catch(unlessValid);
      arrive();
      signIn(key);
    } catch (thrown) {
      setProblem(thrown);
      setBusy(false);
      input.current?.focus();
    }
  };

  const wrong = aboutKey(problem);
  return (
    <form
      class="sign-in panel"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h1>Sign in</h1>
      {session.value.notice && (
        <p class="notice" role="status">
          {session.value.notice}
        </p>
      )}
      <Field label="API key" hint="It stays in this tab, and is forgotten when you close it." wrong={wrong}>
        {(ties) => (
          <input
            {...ties}
            ref={input}
            type="password"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            required
          />
        )}
      </Field>
      {wrong === null && <Problem problem={problem} />}
      <button type="submit" class="primary" aria-disabled={busy}>
        Sign in
      </button>
    </form>
  );
}

/** A key that may not read endpoints is valid all the same; what it lacks is said where it is missed. */
function unlessValid(problem: unknown): void {
  if (!(problem instanceof ApiProblem && problem.status === 403)) throw problem;
}

class NoKey extends Error {}

/** What is wrong with the key itself. */
function aboutKey(problem: unknown): string | null {
  if (problem instanceof NoKey) return problem.message;
  if (!(problem instanceof ApiProblem) || problem.status !== 401) return null;
  return "This is no valid API key. Check that all of it was copied; it may also have been revoked.";
}
