import type { Page } from "./objects.js";

/**
 * A list, of which nothing is asked before it is used: awaited, it is its first page; iterated over, it is the items of all
 * pages, each asked for when the one before it is through. As with any promise, an async function that returns it returns what
 * it resolves to: its first page.
 */
export class List<Item> implements Promise<Page<Item>>, AsyncIterable<Item> {
  readonly [Symbol.toStringTag] = "List";
  readonly #ask: (cursor?: string) => Promise<Page<Item>>;
  #first: Promise<Page<Item>> | undefined;

  constructor(ask: (cursor?: string) => Promise<Page<Item>>) {
    this.#ask = ask;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* page.data;
  }

  /** The pages. */
  async *pages(): AsyncGenerator<Page<Item>, void, undefined> {
    let page = await this.then();
    yield page;
    while (page.nextCursor !== null) {
      page = await this.#ask(page.nextCursor);
      yield page;
    }
  }

  then<Result = Page<Item>, Otherwise = never>(
    onPage?: ((page: Page<Item>) => Result | PromiseLike<Result>) | null,
    onError?: ((error: unknown) => Otherwise | PromiseLike<Otherwise>) | null,
  ): Promise<Result | Otherwise> {
    this.#first ??= this.#ask();
    return this.#first.then(onPage, onError);
  }

  catch<Otherwise = never>(
    onError?: ((error: unknown) => Otherwise | PromiseLike<Otherwise>) | null,
  ): Promise<Page<Item> | Otherwise> {
    return this.then(undefined, onError);
  }

  finally(onEnd?: (() => void) | null): Promise<Page<Item>> {
    return this.then().finally(onEnd);
  }
}
