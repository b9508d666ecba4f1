/** `nuvom history prune` @module */

import type { FinalState } from "../../core/mod.ts";
import { agreed } from "../agreed.ts";
import type { Run } from "../command.ts";
import type { historyPrune } from "../commands/history_prune.ts";
import { counted } from "../counted.ts";
import { usage } from "../errors.ts";
import { printJson } from "../print.ts";
import { withEngine } from "../project.ts";

const ALL: readonly FinalState[] = ["SUCCESS", "FAILED", "CANCELLED"];

/** Asks unless it was told to. */
export const run: Run<typeof historyPrune> = (context) => {
  const { io, options: { status, keep = null, yes, "older-than": olderThanMs = null }, json } = context;
  if (keep === null && olderThanMs === null) {
    throw usage(
      "NUVOM_CLI_ARGUMENT",
      "It was not said which jobs to forget.",
      "Say --older-than DURATION or --keep N.",
    );
  }
  return withEngine(context, async (engine, signal) => {
    const which = status === undefined ? "finished jobs" : `jobs that ended as ${status}`;
    if (!await agreed(io, yes, `Forget ${which}, with results and errors?`, signal)) {
      io.err.write("Nothing was forgotten.\n");
      return 1;
    }
    const states = status === undefined ? ALL : [status as FinalState];
    const forgotten = await (await engine.client()).operations.prune({ states, olderThanMs, keep });
    if (json) printJson(io, { forgotten });
    else io.out.write(`Forgot ${counted(forgotten, "job")}.\n`);
    return 0;
  });
};
