/** `nuvom queue clear` @module */

import { agreed } from "../agreed.ts";
import type { Run } from "../command.ts";
import type { queueClear } from "../commands/queue_clear.ts";
import { counted } from "../counted.ts";
import { printJson } from "../print.ts";
import { withEngine } from "../project.ts";
import { printableLine } from "../text.ts";

/** Asks unless it was told to, or nothing waits. */
export const run: Run<typeof queueClear> = (context) =>
  withEngine(context, async (engine, signal) => {
    const { io, args: [queue], options: { yes }, json } = context;
    const { operations } = await engine.client();
    const where = queue === undefined ? "all queues" : `the queue ${printableLine(queue)}`;
    const question = `Remove what waits in ${where} (${counted(await operations.qsize(queue), "job")})?`;
    if (!await agreed(io, yes, question, signal)) {
      io.err.write("Nothing was removed.\n");
      return 1;
    }
    const removed = await operations.clear(queue);
    if (json) printJson(io, { queue: queue ?? null, removed });
    else io.out.write(`Removed ${counted(removed, "job")} from ${where}.\n`);
    return 0;
  });
