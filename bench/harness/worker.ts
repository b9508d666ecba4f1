/** A worker process of a peer, as its users run it. @module */

import type { Kind } from "../adapters/adapter.ts";
import type { WorkAnswer } from "../adapters/child.ts";
import { openNuvomStore, openOnServer } from "../adapters/nuvom_store.ts";
import { openSqlite, SqliteQueue } from "../../src/backends/mod.ts";
import { Child } from "./child.ts";
import { EXECUTABLE } from "./executable.ts";
import type { Stage } from "./stage.ts";

const LOOK_MS = 5;

/** How a worker is run: until nothing is left, or until it is stopped. */
export interface WorkerOptions {
  readonly kind: Kind;
  /** How many jobs it will see. */
  readonly jobs: number;
  readonly serve: boolean;
}

/** A worker that is ready. */
export interface BenchWorker extends AsyncDisposable {
  readonly pid: number;
  /** Lets it take jobs. */
  go(): Promise<void>;
  /** Resolves when a job of kind `hang` has begun on it. */
  running(): Promise<void>;
  /** Its answer, once nothing is left; one that serves is stopped for it. */
  answer(): Promise<WorkAnswer>;
}

/** Starts workers together; they take jobs from `go` on. */
export async function startWorkers(stage: Stage, count: number, options: WorkerOptions): Promise<BenchWorker[]> {
  const hold = stage.peer.adapter === "nuvom" && count > 1 ? await holdQueue(stage) : null;
  const start = stage.peer.adapter === "nuvom" ? startNuvom : startChild;
  return await Promise.all(Array.from({ length: count }, () => start(stage, options, hold, count)));
}

/** Starts a worker and lets it work. */
export async function startWorker(stage: Stage, options: WorkerOptions): Promise<BenchWorker> {
  const [worker] = await startWorkers(stage, 1, options);
  await worker!.go();
  return worker!;
}

async function startChild(
  stage: Stage,
  options: WorkerOptions,
  _hold: Hold | null,
  workers: number,
): Promise<BenchWorker> {
  const child = stage.start({ name: "work", ...options, alone: workers === 1 });
  await child.line();
  return {
    pid: child.pid,
    go: () => child.write("go"),
    running: async () => void await child.line(),
    async answer() {
      if (options.serve) await child.write("stop");
      return JSON.parse(await child.line());
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

/** The executable has no line to wait for, so two of them wait for a paused queue. */
interface Hold {
  release(): Promise<number>;
}

async function holdQueue({ folder, serverPort, peer }: Stage): Promise<Hold> {
  if (serverPort !== null) return await holdOnServer(serverPort, peer.variant);
  const store = openSqlite({ path: `${folder}/.nuvom/nuvom.db` });
  const queue = new SqliteQueue(store);
  await queue.pause("default");
  let released: Promise<number> | undefined;
  return {
    release: () =>
      released ??= queue.resume("default").then(() => {
        const at = Date.now();
        store.close();
        return at;
      }),
  };
}

async function holdOnServer(port: number, plugin: string | null): Promise<Hold> {
  const store = openOnServer(port, plugin);
  await store.hold();
  let released: Promise<number> | undefined;
  return { release: () => released ??= store.release().finally(async () => await store.close()) };
}

async function startNuvom(stage: Stage, { kind, serve }: WorkerOptions, hold: Hold | null): Promise<BenchWorker> {
  const child = new Child({
    command: EXECUTABLE,
    args: ["runworker", "--log-format", "json", ...(serve ? [] : ["--drain"])],
    cwd: stage.folder,
    read: "stderr",
  });
  let startedAt = await child.until(readyAt);
  const store = openNuvomStore({ folder: stage.folder, port: stage.serverPort, variant: stage.peer.variant });
  const reading = child.drain();
  return {
    pid: child.pid,
    go: async () => void (startedAt = await hold?.release() ?? startedAt),
    running: () => until(async () => (await store.runningOn())?.includes(`${child.pid}`) ?? false),
    async answer() {
      if (serve) child.kill("SIGTERM");
      await child.status;
      await reading;
      return {
        startedAt,
        endedAt: await store.lastDoneAt(),
        results: serve ? await store.results(kind) : [],
      };
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await child[Symbol.asyncDispose]();
    },
  };
}

/** The worker logs "ready" right before it leases for the first time. */
function readyAt(line: string): number | undefined {
  const { message, "@timestamp": at } = JSON.parse(line);
  return String(message).startsWith("ready") ? Date.parse(at) : undefined;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
