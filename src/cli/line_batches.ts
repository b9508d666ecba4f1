/** Lines of a stream that may never end, in batches. @module */

import { type Clock, sleep } from "../core/clock.ts";
import { problem } from "./errors.ts";

/** A line that is not empty, and its number from 1. */
export interface NumberedLine {
  readonly number: number;
  readonly text: string;
}

/** How lines are gathered. */
export interface BatchOptions {
  /** Lines of a batch at most. */
  readonly size: number;
  /** A batch that is not full is handed out when nothing more arrives for so long, in milliseconds. */
  readonly idleMs: number;
  /** Longest line, in characters. */
  readonly longest: number;
  readonly clock: Clock;
}

/** @throws {NuvomError} `NUVOM_ENQUEUE_LINE` when a line is too long, `NUVOM_ENQUEUE_READ` */
export async function* lineBatches(
  input: ReadableStream<Uint8Array>,
  { size, idleMs, longest, clock }: BatchOptions,
): AsyncGenerator<readonly NumberedLine[], void> {
  const reader = input.pipeThrough(new TextDecoderStream("utf-8", { fatal: true })).getReader();
  let [batch, unfinished, number] = [[] as NumberedLine[], "", 0];
  let next = read(reader);
  try {
    while (true) {
      const chunk = batch.length === 0 ? await next : await unlessIdle(next, idleMs, clock);
      if (chunk !== null) {
        const lines = (unfinished + (chunk.value ?? "\n")).split("\n");
        unfinished = lines.pop()!;
        if (unfinished.length > longest) throw lineTooLong(number + lines.length + 1, longest);
        for (const text of lines) {
          number++;
          if (text.length > longest) throw lineTooLong(number, longest);
          if (text.trim() !== "") batch.push({ number, text });
          if (batch.length === size) {
            yield batch;
            batch = [];
          }
        }
        if (chunk.done) break;
        next = read(reader);
      } else {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

type Chunk = ReadableStreamReadResult<string>;

function read(reader: ReadableStreamDefaultReader<string>): Promise<Chunk> {
  const chunk = reader.read().catch((error) => {
    throw unreadable(error);
  });
  // It may fail while nobody waits for it yet; whoever does then, hears of it.
  chunk.catch(() => {});
  return chunk;
}

async function unlessIdle(chunk: Promise<Chunk>, idleMs: number, clock: Clock): Promise<Chunk | null> {
  const over = new AbortController();
  const idle = sleep(clock, idleMs, over.signal).then(() => null);
  try {
    return await Promise.race([chunk, idle]);
  } finally {
    over.abort();
  }
}

function lineTooLong(number: number, longest: number): Error {
  return problem(
    "NUVOM_ENQUEUE_LINE",
    2,
    `Line ${number} is longer than ${longest} characters.`,
    "Write large data to a file or a bucket and pass where it is.",
  );
}

function unreadable(error: Error): Error {
  const mend = "It must be text in UTF-8 that this user may read.";
  return problem("NUVOM_ENQUEUE_READ", 1, `The lines can't be read: ${error.message.replace(/\.$/, "")}.`, mend);
}
