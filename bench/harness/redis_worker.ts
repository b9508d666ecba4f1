/** Worker processes of nuvom on Redis: the executable, watched through Redis. @module */

import { RedisView } from "../adapters/redis_view.ts";
import { Child } from "./child.ts";
import { EXECUTABLE } from "./executable.ts";
import type { Stage } from "./stage.ts";
import { type BenchWorker, readyAt, type WorkerOptions } from "./worker.ts";

const LOOK_MS = 5;

/** Starts workers together; several of them wait for a queue that is paused until `go`. */
export async function startRedisWorkers(stage: Stage, count: number, options: WorkerOptions): Promise<BenchWorker[]> {
  const view = await RedisView.open(stage.serverPort!);
  const release = count > 1 ? await view.hold() : null;
  let released: Promise<number> | undefined;
  const go = () => release === null ? null : released ??= release();
  return await Promise.all(Array.from({ length: count }, () => startOne(stage, options, view, go)));
}

async function startOne(
  stage: Stage,
  { kind, serve }: WorkerOptions,
  view: RedisView,
  release: () => Promise<number> | null,
): Promise<BenchWorker> {
  const child = new Child({
    command: EXECUTABLE,
    args: ["runworker", "--log-format", "json", ...(serve ? [] : ["--drain"])],
    cwd: stage.folder,
    read: "stderr",
  });
  let startedAt = await child.until(readyAt);
  const reading = child.drain();
  return {
    pid: child.pid,
    go: async () => void (startedAt = await release() ?? startedAt),
    async running() {
      while (!(await view.runningOn())?.includes(`${child.pid}`)) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },
    async answer() {
      if (serve) child.kill("SIGTERM");
      await child.status;
      await reading;
      return { startedAt, endedAt: await view.lastDoneAt(), results: serve ? await view.results(kind) : [] };
    },
    async [Symbol.asyncDispose]() {
      view.close();
      await child[Symbol.asyncDispose]();
    },
  };
}
