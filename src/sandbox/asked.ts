/** A question to the main thread of a process realm, which answers outside of the conversation with its guest. @module */

/** Asked once at a time: whoever asks meanwhile gets the same answer. */
export class Asked<T> {
  readonly #text: string;
  #pending: PromiseWithResolvers<T | null> | undefined;

  /** @param text The question. */
  constructor(text: string) {
    this.#text = text;
  }

  /** Null when the realm ends first. */
  ask(send: (text: string) => void): Promise<T | null> {
    if (this.#pending === undefined) {
      this.#pending = Promise.withResolvers();
      send(this.#text);
    }
    return this.#pending.promise;
  }

  /** An answer that nobody waits for is dropped. */
  answer(value: T | null): void {
    this.#pending?.resolve(value);
    this.#pending = undefined;
  }
}
