/** I: from the SIGKILL of a worker until its job runs on another one. @module */

import { Stage } from "../harness/stage.ts";
import { startWorker } from "../harness/worker.ts";
import { type Context, NotWaitedFor, type Scenario } from "./scenario.ts";

/** Between a job's start and the kill: a lease may have been renewed by then. */
const RUN_MS = 1_000;
const OPTIONS = { kind: "hang", jobs: 1, serve: true } as const;

async function rescue({ peer, packages, sizes }: Context): Promise<number[]> {
  if (peer.rescueDefault !== null) throw new NotWaitedFor(`${peer.rescueDefault}, not waited for`);
  if (peer.adapter === "bullmq" && !sizes.longRescues) {
    throw new NotWaitedFor("30 to 60 s (`lockDuration`, `stalledInterval`), not waited for");
  }
  await using stage = await Stage.open(peer, packages);
  await using first = await startWorker(stage, OPTIONS);
  await stage.ask({ name: "enqueue", kind: "hang", jobs: 1, batch: 1 });
  await first.running();
  await using second = await startWorker(stage, OPTIONS);
  await new Promise((resolve) => setTimeout(resolve, RUN_MS));
  const killed = performance.now();
  Deno.kill(first.pid, "SIGKILL");
  await second.running();
  return [(performance.now() - killed) / 1_000];
}

/** Both workers have their defaults. */
export const rescueAfterKill: Scenario = {
  id: "I",
  title: () => "from the SIGKILL of a worker until its job runs on another",
  figures: [{ name: "rescued after", unit: "s" }],
  measure: rescue,
};
