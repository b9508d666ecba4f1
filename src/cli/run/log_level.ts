/** `nuvom log level` @module */

import { readLogLevels } from "../../core/log_levels.ts";
import { askWorkers } from "../../host/control/ask_workers.ts";
import { noWorker } from "../../host/control/errors.ts";
import type { Run } from "../command.ts";
import type { logLevel } from "../commands/log_level.ts";
import { badLogLevel } from "../errors.ts";
import { printJson } from "../print.ts";
import { settingsOf } from "../settings.ts";

const ANSWER_MS = 5_000;

/** Asks the running workers, all at once. */
export const run: Run<typeof logLevel> = async (context) => {
  const { io, args, json } = context;
  const { values } = settingsOf(context);
  const wrong = args.find((arg) => Object.keys(readLogLevels(arg) ?? {}).length === 0);
  if (wrong !== undefined) throw badLogLevel(wrong);
  const request = { method: "log", levels: args.join(",") } as const;
  const replies = await askWorkers<null>(values.stateDir, request, ANSWER_MS);
  if (replies.length === 0) throw noWorker(values.projectDir);
  if (json) printJson(io, replies.map(({ worker, error }) => ({ worker, changed: error === null })));
  for (const { worker, error } of replies) {
    if (error !== null) io.err.write(`${worker}: ${error.message}\n`);
    else if (!json) io.out.write(`${worker}: logs by ${args.join(", ")} now.\n`);
  }
  return replies.every(({ error }) => error === null) ? 0 : 1;
};
