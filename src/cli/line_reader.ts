/** Lines of standard input, for answers to questions. @module */

const BUFFER = 1024;
const LINE_FEED = 10;

/** Reads no further than it must: what follows a line is kept for the next one. */
export class LineReader {
  readonly #read: (into: Uint8Array) => Promise<number | null>;
  #rest: number[] = [];
  #ended = false;

  /** @param read As of `Deno.stdin`; null or 0 is the end. */
  constructor(read: (into: Uint8Array) => Promise<number | null>) {
    this.#read = read;
  }

  /** The next line without its end; null when the input ends before one. */
  async next(): Promise<string | null> {
    while (!this.#rest.includes(LINE_FEED) && !this.#ended) await this.#more();
    const end = this.#rest.indexOf(LINE_FEED);
    if (end === -1) return null;
    const line = this.#rest.splice(0, end + 1);
    return new TextDecoder().decode(new Uint8Array(line)).replace(/\r?\n$/, "");
  }

  async #more(): Promise<void> {
    const bytes = new Uint8Array(BUFFER);
    const count = await this.#read(bytes) ?? 0;
    if (count === 0) this.#ended = true;
    this.#rest.push(...bytes.subarray(0, count));
  }
}
