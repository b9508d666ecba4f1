/** `nuvom queue pause` and `nuvom queue resume` @module */

import { checkQueueName } from "../../core/mod.ts";
import type { CommandContext, Run } from "../command.ts";
import type { queuePause } from "../commands/queue_pause.ts";
import type { queueResume } from "../commands/queue_resume.ts";
import { printJson } from "../print.ts";
import { withEngine } from "../project.ts";
import { printableLine } from "../text.ts";

type Context = CommandContext<(typeof queuePause | typeof queueResume)["options"]>;

/** A queue that is paused already stays so. */
export const pause: Run<typeof queuePause> = (context) => setPaused(context, true);

/** A queue that is not paused stays so. */
export const resume: Run<typeof queueResume> = (context) => setPaused(context, false);

function setPaused(context: Context, paused: boolean): Promise<number> {
  return withEngine(context, async (engine) => {
    const { io, args, json } = context;
    const queue = args[0]!;
    checkQueueName(queue);
    const { operations } = await engine.client();
    await (paused ? operations.pause(queue) : operations.resume(queue));
    const name = printableLine(queue);
    if (json) printJson(io, { queue, paused });
    else if (paused) io.out.write(`The queue ${name} is paused. \`nuvom queue resume\` ends that.\n`);
    else io.out.write(`Workers take jobs of the queue ${name}.\n`);
    return 0;
  });
}
