/** `nuvom queue pause` @module */

import { checkQueueName } from "../../core/mod.ts";
import type { Run } from "../command.ts";
import type { queuePause } from "../commands/queue_pause.ts";
import { printJson } from "../print.ts";
import { withEngine } from "../project.ts";
import { printableLine } from "../text.ts";

/** A queue that is paused already stays so. */
export const run: Run<typeof queuePause> = (context) =>
  withEngine(context, async (engine) => {
    const { io, args, json } = context;
    const queue = args[0]!;
    checkQueueName(queue);
    await (await engine.client()).operations.pause(queue);
    if (json) printJson(io, { queue, paused: true });
    else io.out.write(`The queue ${printableLine(queue)} is paused. \`nuvom queue resume\` ends that.\n`);
    return 0;
  });
