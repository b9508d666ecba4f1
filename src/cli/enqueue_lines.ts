/** `nuvom enqueue --from`: a job for each line, in batches, while they are read. @module */

import { resolve } from "@std/path";
import { type EnqueueOrder, type EnqueueReceipt, NuvomError } from "../core/mod.ts";
import type { Engine } from "../engine.ts";
import type { DiscoveredTask } from "../sandbox/mod.ts";
import { counted } from "./counted.ts";
import { problem } from "./errors.ts";
import type { Io } from "./io.ts";
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
  const printer = json ? jsonPrinter(io) : textPrinter(io);
  const progress = io.err.isTerminal && !io.out.isTerminal;
  let [taken, known, first] = [0, 0, 1];
  try {
    for await (const lines of lineBatches(input, { ...BATCH, clock: io.clock })) {
      first = lines[0]!.number;
      const receipts = await client.enqueue(lines.map((line) => orderAt(line, tasks)));
      printer.print(receipts);
      taken += lines.length;
      known += receipts.filter(({ duplicate }) => duplicate).length;
      first = lines.at(-1)!.number + 1;
      if (progress) io.err.write(`\r${counted(taken, "job")} … `);
      await io.out.flush();
    }
  } catch (error) {
    throw error instanceof NuvomError ? told(error, from, taken, first) : error;
  } finally {
    if (progress) io.err.write("\r");
    printer.end();
  }
  const already = known === 0 ? "" : `; ${known === 1 ? "one was" : `${known} were`} there already`;
  io.err.write(`Enqueued ${counted(taken - known, "job")}${already}.\n`);
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

interface Printer {
  print(receipts: readonly EnqueueReceipt[]): void;
  end(): void;
}

/** An id a line. */
function textPrinter(io: Io): Printer {
  return { print: (receipts) => io.out.write(receipts.map(({ id }) => `${id}\n`).join("")), end: () => {} };
}

/** One array, written piece by piece and closed also after an error. */
function jsonPrinter(io: Io): Printer {
  let before = "[";
  return {
    print(receipts) {
      io.out.write(receipts.map((receipt, i) => `${i === 0 ? before : ","}\n  ${receiptJson(receipt)}`).join(""));
      before = ",";
    },
    end: () => io.out.write(before === "[" ? "[]\n" : "\n]\n"),
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
