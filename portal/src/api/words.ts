// A refusal of the API in words for people.

import { ApiProblem } from "./call";

/** What went wrong, and what to do about it where that is known. */
export function inWords(problem: unknown): string {
  if (problem instanceof ApiProblem) return sentence(ofApi(problem));
  if (problem instanceof TypeError) return "The rail did not answer. Check the connection, and try again.";
  return sentence(problem instanceof Error ? problem.message : String(problem));
}

function ofApi(problem: ApiProblem): string {
  if (problem.status === 403) return `${problem.message}: ask who gave you the key for one that has it`;
  if (problem.status === 429) {
    const wait = problem.retryAfterSeconds === null ? "shortly" : `in ${problem.retryAfterSeconds} s`;
    return `Too many requests at once. Try again ${wait}`;
  }
  if (problem.status === 404 && problem.code === null)
    return "This rail does not have this route: it is older than this page";
  return problem.message;
}

function sentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(upper) ? upper : `${upper}.`;
}

/** What the API says about this field of a request, or what is inside it. */
export function aboutField(problem: unknown, field: string): string | null {
  if (!(problem instanceof ApiProblem)) return null;
  const inside = (name: string) => name === field || name.startsWith(`${field}.`) || name.startsWith(`${field}[`);
  const said = problem.details.filter((detail) => inside(detail.field)).map((detail) => sentence(detail.message));
  return said.length === 0 ? null : said.join(" ");
}

/** Whether the API says something that none of these fields can show. */
export function isBeyond(problem: unknown, fields: readonly string[]): boolean {
  return problem !== null && fields.every((field) => aboutField(problem, field) === null);
}
