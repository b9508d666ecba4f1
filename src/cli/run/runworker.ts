/** `nuvom runworker` @module */

import type { Engine } from "../../engine.ts";
import { dropPermissions } from "../../host/mod.ts";
import type { Worker } from "../../worker/mod.ts";
import { atMost } from "../at_most.ts";
import type { CommandContext, Run } from "../command.ts";
import type { runworker } from "../commands/runworker.ts";
import { type EventStream, openEventStream } from "../event_stream.ts";
import { openProject } from "../project.ts";
import { StopRequests } from "../stop_requests.ts";
import { weightedQueues } from "../weighted_queues.ts";
import { WorkerTally } from "../worker_tally.ts";

type Context = CommandContext<(typeof runworker)["options"]>;

/** After a forced stop, how long executors have to be gone and leases to be given back, in milliseconds. */
const FORCED_MS = 2_000;

/** Works until a signal, or until there is nothing left with `--drain`. */
export const run: Run<typeof runworker> = async (context) => {
  const { io, options: { queues } } = context;
  // What is wrong with it is told before anything starts.
  weightedQueues(queues ?? []);
  const stop = new StopRequests(io);
  const served = serve(context, stop);
  try {
    await Promise.race([served, stop.forced.then(() => atMost(served, FORCED_MS, io.clock))]);
    return stop.forcedCode ?? await served;
  } finally {
    stop.forget();
  }
};

async function serve(context: Context, stop: StopRequests): Promise<number> {
  const { io, json } = context;
  const { engine, close } = await openProject(context, false);
  const tally = new WorkerTally(engine.bus, io.clock);
  const events = json ? openEventStream(engine.bus, io, () => stop.request("nobody reads the events")) : null;
  try {
    await work(context, engine, stop, events);
  } finally {
    await close();
    events?.close();
  }
  if (events === null) io.out.write(`${tally.sentence()}\n`);
  else events.tell({ event: "summary", ...tally.figures() });
  return 0;
}

async function work(context: Context, engine: Engine, stop: StopRequests, events: EventStream | null): Promise<void> {
  const { io, options: { queues, drain } } = context;
  dropPermissions(engine.manifest);
  const worker = await engine.worker(queues === undefined ? {} : weightedQueues(queues));
  if (stop.isRequested) return;
  const stopOnce = stopper(worker, engine.settings.values.shutdownGraceMs);
  void stop.forced.then(() => worker.kill());
  const stopped = stop.requested.then(stopOnce);
  await worker.start();
  if (events === null && !stop.isRequested) io.out.write(readyLine(engine, queues));
  await (drain ? Promise.race([worker.drained(), stopped]) : stopped);
  await stopOnce("drained");
}

/** The worker takes a second `stop` for a forced one. */
function stopper(worker: Worker, graceMs: number): (reason: string) => Promise<void> {
  let stopped: Promise<void> | undefined;
  return (reason) => stopped ??= worker.stop({ graceMs, reason });
}

function readyLine({ settings: { values } }: Engine, queues: readonly string[] | undefined): string {
  const which = queues === undefined ? "all queues" : `the queue${queues.length === 1 ? "" : "s"} ${queues.join(", ")}`;
  return `Ready for jobs of ${which} (queue ${values.queueBackend}, results ${values.resultBackend}). ` +
    "Ctrl-C stops the worker.\n";
}
