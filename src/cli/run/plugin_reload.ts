/** `nuvom plugin reload` @module */

import { askWorkers, type WorkerReply } from "../../host/control/ask_workers.ts";
import { noWorker } from "../../host/control/errors.ts";
import type { Run } from "../command.ts";
import type { pluginReload } from "../commands/plugin_reload.ts";
import { printJson } from "../print.ts";
import { settingsOf } from "../settings.ts";

/** The start and the stop of a plugin have limits of their own; this one is for a worker that hangs. */
const ANSWER_MS = 10 * 60_000;

/** Asks the running workers, all at once. */
export const run: Run<typeof pluginReload> = async (context) => {
  const { io, args, json } = context;
  const { values } = settingsOf(context);
  const plugin = args[0]!;
  const replies = await askWorkers<unknown>(values.stateDir, { method: "reload", plugin }, ANSWER_MS);
  if (replies.length === 0) throw noWorker(values.projectDir);
  if (json) printJson(io, replies.map(document));
  for (const { worker, error } of replies) {
    if (error !== null) io.err.write(`${worker}: ${error.message} (${codeOf(error) ?? "an unknown error"})\n`);
    else if (!json) io.out.write(`${worker}: reloaded ${plugin}.\n`);
  }
  const errors = replies.flatMap(({ error }) => error ?? []);
  if (errors.length === replies.length && errors.every((error) => codeOf(error) === "NUVOM_PLUGIN_UNKNOWN")) return 4;
  return errors.length === 0 ? 0 : 1;
};

function document({ worker, error }: WorkerReply<unknown>): unknown {
  return error === null
    ? { worker, reloaded: true }
    : { worker, reloaded: false, error: { code: codeOf(error), message: error.message } };
}

function codeOf(error: Error): string | undefined {
  return (error as { code?: string }).code;
}
