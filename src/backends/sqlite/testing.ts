/** What the tests of this room share: databases in temporary folders, and processes that use them. @module */

import { type NewJob, NuvomError } from "../../core/mod.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { newJob } from "../../testing/new_job.ts";
import { SqliteQueue } from "./queue.ts";
import { openSqlite, type SqliteOptions, type SqliteStore } from "./store.ts";

/** A queue that has its store to itself. */
export class OwnQueue extends SqliteQueue {
  readonly sqlite: SqliteStore;

  constructor(options: SqliteOptions) {
    const store = openSqlite(options);
    super(store);
    this.sqlite = store;
  }

  override async close(): Promise<void> {
    await super.close();
    this.sqlite.close();
  }
}

/** A temporary folder that is removed at the end. */
export class TempFolder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync({ prefix: "nuvom_sqlite_" });

  /** Of a file in it. */
  file(name: string): string {
    return `${this.path}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Runs `fn` with a queue on a new database; time is fake. */
export async function withQueue(fn: (queue: OwnQueue, clock: FakeClock, path: string) => Promise<void>): Promise<void> {
  await using folder = new TempFolder();
  const clock = new FakeClock();
  const path = folder.file("nuvom.db");
  const queue = new OwnQueue({ path, clock });
  try {
    await fn(queue, clock, path);
  } finally {
    await queue.close();
  }
}

/** A lease of at most 10 jobs. */
export const REQUEST = { limit: 10, leaseMs: 30_000, queues: null, waitMs: 0, workerId: "w" } as const;

/** So many jobs. */
export function newJobs(count: number, overrides: Partial<NewJob> = {}): NewJob[] {
  return Array.from({ length: count }, () => newJob(overrides));
}

/** The code of the error that `fn` throws or rejects with. */
export async function codeOf(fn: () => unknown): Promise<string> {
  try {
    await fn();
    return "no error";
  } catch (error) {
    return error instanceof NuvomError ? error.code : `another error: ${error}`;
  }
}

/** A process that runs a script of `testdata`. */
export class Child implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncGenerator<string, void, void>;

  constructor(script: string, ...args: string[]) {
    const url = new URL(`./testdata/${script}`, import.meta.url);
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--no-check", url.href, ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#stdin = this.#process.stdin.getWriter();
    this.#lines = linesOf(this.#process.stdout);
  }

  /** The next line that it prints; null at its end. */
  async line(): Promise<string | null> {
    return (await this.#lines.next()).value ?? null;
  }

  /** All lines that are still to come. */
  rest(): Promise<string[]> {
    return Array.fromAsync(this.#lines);
  }

  /** Tells it to go on. */
  async go(): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode("go\n"));
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }

  /** Its exit code. */
  async code(): Promise<number> {
    return (await this.#process.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch { /* it has ended */ }
    await this.#stdin.close().catch(() => {});
    await this.rest();
    await this.#process.status;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
