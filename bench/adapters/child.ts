/**
 * The child process that drives one peer: `RUNTIME child.ts ADAPTER PLACE COMMAND`, the last two as JSON. It answers in
 * lines of JSON on standard output; workers wait for a line on standard input before they begin.
 * @module
 */

import process from "node:process";
import { createInterface } from "node:readline";
import type { Kind, OpenStore, Place, Store } from "./adapter.ts";
import { handlerOf, preciseNow } from "./handlers.ts";

/** What a child can be asked to do. */
export type Command =
  /** Enqueues jobs; answers how long that took. */
  | {
    readonly name: "enqueue";
    readonly kind: Kind;
    readonly jobs: number;
    readonly batch: number;
    readonly delayMs?: number;
  }
  /** Works until nothing is left, or with `serve` until a line comes in. */
  | {
    readonly name: "work";
    readonly kind: Kind;
    readonly jobs: number;
    readonly serve: boolean;
    /** Whether no other worker takes any of the jobs. */
    readonly alone: boolean;
  }
  /** Enqueues jobs one at a time at a rate, and with `serve` works on them in the same process. */
  | { readonly name: "produce"; readonly jobs: number; readonly perSecond: number; readonly serve: boolean }
  /** Counts what the store holds as done. */
  | { readonly name: "count"; readonly kind: Kind };

/** When a worker began, when nothing was left, what its handlers returned. Times are milliseconds since the epoch. */
export interface WorkAnswer {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly results: readonly number[];
}

/** What the store says: `done` is null where it deletes what is done. */
export interface CountAnswer {
  readonly done: number | null;
  readonly waiting: number;
  readonly open: boolean;
}

/** So long without a job, a worker that is not alone asks the store whether one is left. */
const IDLE_MS = 10;

async function main(): Promise<void> {
  const [, , adapter, placeJson, commandJson] = process.argv as [string, string, string, string, string];
  const { open } = await import(`./${adapter}.ts`) as { open: OpenStore };
  const place = JSON.parse(placeJson) as Place;
  const command = JSON.parse(commandJson) as Command;
  const store = await open(place);
  say(await run(store, command));
  await store.close();
  process.exit(0);
}

function run(store: Store, command: Command): Promise<unknown> {
  switch (command.name) {
    case "enqueue":
      return enqueue(store, command);
    case "work":
      return work(store, command);
    case "produce":
      return produce(store, command);
    case "count":
      return count(store, command);
  }
}

async function enqueue(store: Store, { kind, jobs, batch, delayMs }: Command & { name: "enqueue" }): Promise<object> {
  const started = performance.now();
  for (let from = 0; from < jobs; from += batch) {
    const length = Math.min(batch, jobs - from);
    await store.enqueue(kind, Array.from({ length }, (_, index) => from + index), delayMs);
  }
  return { ms: performance.now() - started };
}

async function work(store: Store, { kind, jobs, serve, alone }: Command & { name: "work" }): Promise<WorkAnswer> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const handle = handlerOf(kind);
  const results: number[] = [];
  let lastAt = performance.now();
  const worker = await store.worker(kind, async (payload) => {
    lastAt = performance.now();
    if (kind === "hang") say({ event: "running" });
    results.push(Number(await handle(payload)));
    return payload;
  });
  say({ event: "ready" });
  await lines.next();
  const calledAt = preciseNow();
  lastAt = performance.now();
  const began = worker.start();
  if (serve) await lines.next();
  else {
    while (results.length < jobs && (alone || performance.now() - lastAt < IDLE_MS)) await pause(1);
    while (await store.hasOpenJobs(kind)) await pause(alone ? 1 : IDLE_MS);
  }
  const endedAt = preciseNow();
  await began;
  const startedAt = worker.startedAt?.() ?? calledAt;
  return { startedAt, endedAt, results: kind === "lag" ? results : [] };
}

async function produce(
  store: Store,
  { jobs, perSecond, serve }: Command & { name: "produce" },
): Promise<{ results: readonly number[] }> {
  const lags: number[] = [];
  const handle = handlerOf("lag");
  const worker = serve ? await store.worker("lag", (at) => void lags.push(Number(handle(at)))) : null;
  await worker?.start();
  const started = performance.now();
  const enqueued: Promise<void>[] = [];
  for (let index = 0; index < jobs; index++) {
    await pause(started + index * 1_000 / perSecond - performance.now());
    enqueued.push(store.enqueue("lag", [preciseNow()]));
  }
  await Promise.all(enqueued);
  while (await store.hasOpenJobs("lag")) await pause(IDLE_MS);
  return { results: await worker?.results?.() ?? lags };
}

async function count(store: Store, { kind }: Command & { name: "count" }): Promise<CountAnswer> {
  return { done: await store.doneCount(), waiting: await store.waitingCount(), open: await store.hasOpenJobs(kind) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

function say(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

await main();
