// Work that is not urgent waits for its turn, so that a long list does not ask the rail for everything at once.

let last: Promise<unknown> = Promise.resolve();

/** What `work` gives, begun when all that was asked for before is over. */
export function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work);
  last = mine.catch(() => undefined);
  return mine;
}
