/** Standard output and standard error, written behind the back of whoever prints. @module */

import { type Output, OutputClosed } from "./io.ts";

/** What an output writes to. */
export type TextStream = Pick<typeof Deno.stdout, "write" | "isTerminal">;

/** Keeps the order, writes one piece at a time. */
export class StreamOutput implements Output {
  readonly isTerminal: boolean;
  readonly #stream: TextStream;
  readonly #tells: boolean;
  #waiting: string[] = [];
  #backlog = 0;
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;

  /** @param tells False: a failure is kept quiet, and what is written after it is dropped. */
  constructor(stream: TextStream, tells: boolean) {
    this.#stream = stream;
    this.#tells = tells;
    this.isTerminal = stream.isTerminal();
  }

  get columns(): number | null {
    // A terminal that does not know its width says 0.
    return this.isTerminal ? Deno.consoleSize().columns || null : null;
  }

  get backlog(): number {
    return this.#backlog;
  }

  /** @throws {OutputClosed}, or why an earlier text could not be written. */
  write(text: string): void {
    if (this.#failure !== undefined) return this.#tell();
    this.#waiting.push(text);
    this.#backlog += text.length;
    this.#writing ??= this.#writeAll();
  }

  /** @throws {OutputClosed}, or why a text could not be written. */
  async flush(): Promise<void> {
    await this.#writing;
    this.#tell();
  }

  #tell(): void {
    if (this.#failure !== undefined && this.#tells) throw this.#failure;
  }

  async #writeAll(): Promise<void> {
    // One turn later: what a command prints in one go is written in one piece.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const text = this.#waiting.join("");
      this.#waiting = [];
      try {
        await writeWhole(this.#stream, new TextEncoder().encode(text));
        this.#backlog -= text.length;
      } catch (error) {
        this.#failure = error instanceof Deno.errors.BrokenPipe ? new OutputClosed() : error as Error;
        this.#waiting = [];
        this.#backlog = 0;
      }
    }
    this.#writing = undefined;
  }
}

async function writeWhole(stream: TextStream, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await stream.write(bytes.subarray(written));
}
