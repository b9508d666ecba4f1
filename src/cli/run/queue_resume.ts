/** `nuvom queue resume` @module */

import { checkQueueName } from "../../core/mod.ts";
import type { Run } from "../command.ts";
import type { queueResume } from "../commands/queue_resume.ts";
import { printJson } from "../print.ts";
import { withEngine } from "../project.ts";
import { printableLine } from "../text.ts";

/** A queue that is not paused stays so. */
export const run: Run<typeof queueResume> = (context) =>
  withEngine(context, async (engine) => {
    const { io, args, json } = context;
    const queue = args[0]!;
    checkQueueName(queue);
    await (await engine.client()).operations.resume(queue);
    if (json) printJson(io, { queue, paused: false });
    else io.out.write(`Workers take jobs of the queue ${printableLine(queue)}.\n`);
    return 0;
  });
