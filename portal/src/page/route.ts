// Where the reader is: the path and the query behind the `#`, such as #/events?status=failed.

import { signal } from "@preact/signals";

export interface Route {
  path: readonly string[];
  query: URLSearchParams;
}

export const route = signal<Route>(read(location.hash));

/** Whether the reader has just come to another place, and no heading has taken the focus yet. */
let arriving = false;

addEventListener("hashchange", () => {
  const next = read(location.hash);
  if (next.path.join("/") !== route.peek().path.join("/")) {
    arriving = true;
    scrollTo(0, 0);
  }
  route.value = next;
});

function read(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

/** A part that somebody typed may be no valid encoding; then it stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a place, for a link. */
export function href(path: readonly string[], query: Record<string, string | undefined> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${search ? `?${search}` : ""}`;
}

export function go(path: readonly string[]): void {
  location.hash = href(path);
}

/** Notes in the address what is shown at this place, so that a link or a reload leads to the same. */
export function note(query: Record<string, string | undefined>): void {
  history.replaceState(null, "", href(route.peek().path, query));
  route.value = read(location.hash);
}

/** Whether a heading that appears is to take the focus. True once for each arrival. */
export function takesFocus(): boolean {
  const taken = arriving;
  arriving = false;
  return taken;
}

/** The next heading that appears takes the focus, as after signing in. */
export function arrive(): void {
  arriving = true;
}
