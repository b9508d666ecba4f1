/** Which files changed, in order, for the other processes. @module */

import { writeAll, writeWhole } from "./folder.ts";

/** A journal that is longer begins anew: everyone then reads all files once. */
const LONGEST = 1_000_000;
const EPOCH_LENGTH = 36;

/** A file of names, a line each, behind a line that is different for each new beginning. All calls need the lock. */
export class Journal {
  readonly #path: string;
  #epoch = "";
  #offset = 0;

  /** It is made with the first look. */
  constructor(path: string) {
    this.#path = path;
  }

  /** The names that were added since the last look; null: everything must be read anew. */
  news(): string[] | null {
    const text = this.#readNew();
    if (text === null) return null;
    return text.split("\n").filter((line) => line !== "");
  }

  /** Adds names; the next {@linkcode Journal.news} of this process leaves them out. */
  add(names: readonly string[]): void {
    if (this.#offset > LONGEST) return this.#begin(names);
    // A line break in front: the last one may have been cut by a full disk.
    const text = `\n${names.join("\n")}\n`;
    const file = Deno.openSync(this.#path, { append: true });
    try {
      writeAll(file, text);
      this.#offset = file.statSync().size;
    } finally {
      file.close();
    }
  }

  /** The next look reads everything anew. */
  forget(): void {
    this.#epoch = "";
  }

  #readNew(): string | null {
    let file: Deno.FsFile;
    try {
      file = Deno.openSync(this.#path, { read: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      this.#begin([]);
      return null;
    }
    try {
      const size = file.statSync().size;
      const epoch = readAt(file, 0, EPOCH_LENGTH);
      const known = epoch === this.#epoch && size >= this.#offset;
      const text = known ? readAt(file, this.#offset, size - this.#offset) : null;
      [this.#epoch, this.#offset] = [epoch, size];
      return text;
    } finally {
      file.close();
    }
  }

  #begin(names: readonly string[]): void {
    this.#epoch = crypto.randomUUID();
    const text = `${this.#epoch}\n${names.map((name) => `${name}\n`).join("")}`;
    writeWhole(this.#path, text);
    this.#offset = new TextEncoder().encode(text).length;
  }
}

function readAt(file: Deno.FsFile, offset: number, length: number): string {
  file.seekSync(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = file.readSync(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, filled));
}
