/** `nuvom enqueue --from`: a job for each line, in batches, while they are read. @module */

import { resolve } from "@std/path";
import { type EnqueueOrder, type EnqueueReceipt, NuvomError } from "../core/mod.ts";
import type { Engine } from "../engine.ts";
import type { DiscoveredTask } from "../sandbox/mod.ts";
import { counted } from "./counted.ts";
import { problem } from "./errors.ts";
import { type Io, OutputClosed } from "./io.ts";
import { orderOfLine } from "./job_line.ts";
import { lineBatches, type NumberedLine } from "./line_batches.ts";
import { outlivingClient } from "./outliving_client.ts";
import { receiptJson } from "./receipt_json.ts";

const BATCH = { size: 1_000, idleMs: 50, longest: 5 * 1024 * 1024 } as const;

/**
 * Prints the ids as the batches are taken.
 *
 * @param from A path, or `-` for standard input.
 * @throws {NuvomError} `NUVOM_ENQUEUE_FILE`; what is wrong with a line, with its number and what was enqueued before it
 */
export async function enqueueLines(
  { io, json }: { readonly io: Io; readonly json: boolean },
  engine: Engine,
  from: string,
): Promise<number> {
  const input = from === "-" ? io.stdin() : await openFile(io.cwd, from);
  const [client, tasks] = [await outlivingClient(engine, io), await engine.tasks()];
  const printer = new Printer(io, json ? jsonIds() : textIds());
  const progress = io.err.isTerminal && !io.out.isTerminal;
  let [taken, known, first] = [0, 0, 1];
  try {
    for await (const lines of lineBatches(input, { ...BATCH, clock: io.clock })) {
      first = lines[0]!.number;
      const receipts = await client.enqueue(lines.map((line) => orderAt(line, tasks)));
      taken += lines.length;
      known += receipts.filter(({ duplicate }) => duplicate).length;
      first = lines.at(-1)!.number + 1;
      if (progress) io.err.write(`\r${counted(taken, "job")} … `);
      await printer.print(receipts);
    }
  } catch (error) {
    throw error instanceof NuvomError ? told(error, from, taken, first) : error;
  } finally {
    if (progress) io.err.write("\r");
    await printer.end();
  }
  const already = known === 0 ? "" : `; ${known === 1 ? "one was" : `${known} were`} there already`;
  const unread = printer.unread ? " Nobody read all of their ids." : "";
  io.err.write(`Enqueued ${counted(taken - known, "job")}${already}.${unread}\n`);
  return 0;
}

function orderAt({ number, text }: NumberedLine, tasks: readonly DiscoveredTask[]): EnqueueOrder {
  try {
    return orderOfLine(text, tasks);
  } catch (error) {
    if (!(error instanceof NuvomError)) throw error;
    throw new NuvomError(error.code, { what: `Line ${number}: ${error.message}`, exitCode: error.exitCode });
  }
}

/** Batches are taken whole, so what was enqueued ends at a line. */
function told(error: NuvomError, from: string, taken: number, first: number): NuvomError {
  const source = from === "-" ? "standard input" : from;
  const jobs = taken === 0 ? "No job" : counted(taken, "job");
  const before = `${jobs} from the lines before line ${first} ${taken > 1 ? "were" : "was"} enqueued.`;
  const what = `Enqueueing from ${source} ended early. ${error.message} ${before}`;
  return new NuvomError(error.code, { what, exitCode: error.exitCode, cause: error });
}

/** How ids are written. */
interface Ids {
  of(receipts: readonly EnqueueReceipt[]): string;
  end(): string;
}

/** Prints ids until nobody reads them any more (`… | head`): the jobs are enqueued all the same. */
class Printer {
  readonly #io: Io;
  readonly #ids: Ids;
  #unread = false;

  constructor(io: Io, ids: Ids) {
    this.#io = io;
    this.#ids = ids;
  }

  get unread(): boolean {
    return this.#unread;
  }

  print(receipts: readonly EnqueueReceipt[]): Promise<void> {
    return this.#write(this.#ids.of(receipts));
  }

  end(): Promise<void> {
    return this.#write(this.#ids.end());
  }

  async #write(text: string): Promise<void> {
    if (this.#unread) return;
    try {
      this.#io.out.write(text);
      await this.#io.out.flush();
    } catch (error) {
      if (!(error instanceof OutputClosed)) throw error;
      this.#unread = true;
    }
  }
}

/** An id a line. */
function textIds(): Ids {
  return { of: (receipts) => receipts.map(({ id }) => `${id}\n`).join(""), end: () => "" };
}

/** One array, written piece by piece and closed also after an error. */
function jsonIds(): Ids {
  let before = "[";
  return {
    of(receipts) {
      const text = receipts.map((receipt, i) => `${i === 0 ? before : ","}\n  ${receiptJson(receipt)}`).join("");
      before = ",";
      return text;
    },
    end: () => before === "[" ? "[]\n" : "\n]\n",
  };
}

async function openFile(cwd: string, path: string): Promise<ReadableStream<Uint8Array>> {
  try {
    return (await Deno.open(resolve(cwd, path))).readable;
  } catch (error) {
    const notFound = error instanceof Deno.errors.NotFound;
    const what = notFound
      ? `There is no file ${path}.`
      : `The file ${path} can't be opened: ${(error as Error).message}.`;
    throw problem("NUVOM_ENQUEUE_FILE", notFound ? 4 : 1, what, "Check the path and its permissions.");
  }
}
