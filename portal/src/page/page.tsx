// The frame around every place: who asks, where one can go, and what is shown there.

import { useRef } from "preact/hooks";
import { session, signOut } from "../session/session";
import { SignIn } from "../session/sign-in";
import { Announcer } from "./announcer";
import { Place } from "./place";
import { href, route } from "./route";
import { ThemeSwitch } from "./theme";

const SECTIONS = [
  { name: "Endpoints", path: "endpoints" },
  { name: "Events", path: "events" },
  { name: "Catalog", path: "catalog" },
];

export function Page() {
  const main = useRef<HTMLElement>(null);
  const signedIn = session.value.key !== null;
  const here = route.value.path[0] ?? "endpoints";
  return (
    <>
      {/* A link to #main would be read as a place to go to. */}
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header class="top">
        <span class="brand">Webhooks Rail</span>
        {signedIn && (
          <nav aria-label="Sections">
            {SECTIONS.map(({ name, path }) => (
              <a key={path} href={href([path])} aria-current={here === path ? "page" : undefined}>
                {name}
              </a>
            ))}
          </nav>
        )}
        <div class="top-end">
          <ThemeSwitch />
          {signedIn && (
            <button type="button" onClick={() => signOut()}>
              Sign out
            </button>
          )}
        </div>
      </header>
      <main ref={main} tabIndex={-1}>
        {signedIn ? <Place key={session.value.key} /> : <SignIn />}
      </main>
      <Announcer />
    </>
  );
}
