/** Whether a backend can be tested without touching what is the user's. @module */

import type { QueueBackend, ResultBackend } from "../../core/mod.ts";
import { problem } from "../errors.ts";

/**
 * A queue that claims `namespace` keeps the cases apart; another one is tested only while it is empty.
 *
 * @param queue Opened in a namespace that nothing else uses.
 * @param destructive What it holds may be lost; then it is emptied first.
 * @throws {NuvomError} `NUVOM_PLUGIN_TEST_DATA`
 */
export async function queueMayBeTested(name: string, queue: QueueBackend, destructive: boolean): Promise<void> {
  if (queue.capabilities.has("namespace")) return;
  const running = queue.capabilities.has("inspect")
    ? (await queue.stats()).reduce((sum, { running }) => sum + running, 0)
    : 0;
  const held = await queue.qsize() + running;
  if (held > 0 && !destructive) throw holdsData("queue", name, `${held} job${held === 1 ? "" : "s"}`);
  if (held > 0) await queue.clear();
}

/** Result backends claim nothing: when a new namespace shows results, they are the user's. @throws likewise */
export async function resultsMayBeTested(name: string, results: ResultBackend, destructive: boolean): Promise<void> {
  const held = await results.listJobs({ limit: 1 });
  if (held.length > 0 && !destructive) throw holdsData("result", name, "results");
}

function holdsData(kind: "queue" | "result", name: string, what: string): Error {
  return problem(
    "NUVOM_PLUGIN_TEST_DATA",
    1,
    `The ${kind} backend "${name}" holds ${what} and does not keep namespaces apart, so its cases would harm them.`,
    "Test it while it is empty or against another store, or accept the loss with --destructive.",
  );
}
