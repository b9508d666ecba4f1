/** F: what a worker that has nothing to do costs. @module */

import { treeUsage } from "../harness/process_tree.ts";
import { Stage } from "../harness/stage.ts";
import { startWorker } from "../harness/worker.ts";
import type { Context, Scenario } from "./scenario.ts";

/** From the start to the rest. */
const SETTLE_MS = 3_000;

async function idle({ peer, packages, sizes: { idleSeconds } }: Context): Promise<number[]> {
  await using stage = await Stage.open(peer, packages);
  await using worker = await startWorker(stage, { kind: "noop", jobs: 0, serve: true });
  await pause(SETTLE_MS);
  const pids = [worker.pid, ...(stage.serverPid === null ? [] : [stage.serverPid])];
  const before = await Promise.all(pids.map(treeUsage));
  await pause(idleSeconds * 1_000);
  const after = await Promise.all(pids.map(treeUsage));
  const cpu = after.map(({ cpuSeconds }, index) => cpuSeconds - before[index]!.cpuSeconds);
  return [cpu[0]!, after[0]!.mebibytes, cpu[1] ?? 0, after[1]?.mebibytes ?? 0];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** All processes of the worker; its server apart. */
export const idleWorker: Scenario = {
  id: "F",
  title: ({ idleSeconds }) => `a worker with nothing to do, over ${idleSeconds} s`,
  figures: [
    { name: "CPU", unit: "s" },
    { name: "memory (PSS)", unit: "MiB" },
    { name: "CPU of its server", unit: "s" },
    { name: "memory of its server", unit: "MiB" },
  ],
  peerRuns: 1,
  measure: idle,
};
