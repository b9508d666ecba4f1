/** `nuvom retry` @module */

import type { RetryStatus } from "../../core/mod.ts";
import type { RedriveReport } from "../../client/mod.ts";
import type { CommandContext, Run } from "../command.ts";
import type { retry } from "../commands/retry.ts";
import { counted } from "../counted.ts";
import { usage } from "../errors.ts";
import { finishedFilter } from "../finished_filter.ts";
import { printJobStatuses, type StatusText } from "../job_statuses.ts";
import { printJson } from "../print.ts";
import { withEngine } from "../project.ts";

type Context = CommandContext<(typeof retry)["options"]>;

const TEXTS: Readonly<Record<RetryStatus, StatusText>> = {
  retried: { text: "is ready to run again", code: 0 },
  waiting: { text: "has not ended yet and stays as it is", code: 1 },
  succeeded: { text: "has succeeded and stays as it is", code: 1 },
  duplicate: { text: "can't run again while another job holds its unique key", code: 1 },
  unknown: { text: "is unknown", code: 4 },
};

/** Some by their ids, or all that failed. */
export const run: Run<typeof retry> = (context) => {
  checkOptions(context);
  return withEngine(context, async (engine) => {
    const { io, options: { failed, limit, ...options }, json } = context;
    const { operations } = await engine.client();
    if (!failed) {
      const ids = [...new Set(context.args)];
      return printJobStatuses(context, ids, await operations.retry(ids), TEXTS);
    }
    const most = limit === undefined ? {} : { limit };
    const report = await operations.redrive({ ...finishedFilter(options, io.clock.now()), ...most });
    if (json) printJson(io, report);
    else io.out.write(`${sentence(report)}\n`);
    return 0;
  });
};

function checkOptions({ args, options: { failed, task, queue, since, limit } }: Context): void {
  if (failed && args.length > 0) {
    throw usage("NUVOM_CLI_ARGUMENT", "Both --failed and ids of jobs were given.", "Leave one of both out.");
  }
  if (failed) return;
  if (args.length === 0) {
    throw usage("NUVOM_CLI_ARGUMENT", "It was not said which jobs to run again.", "Give their ids, or say --failed.");
  }
  if ([task, queue, since, limit].some((value) => value !== undefined)) {
    throw usage(
      "NUVOM_CLI_ARGUMENT",
      "The options --task, --queue, --since and --limit choose among failed jobs, but ids were given.",
      "Say --failed in place of the ids, or leave the options out.",
    );
  }
}

function sentence({ retried, duplicate, unknown }: RedriveReport): string {
  const verb = retried === 1 ? "is" : "are";
  return [
    `${counted(retried, "failed job")} ${verb} ready to run again.`,
    ...(duplicate === 0 ? [] : [`${counted(duplicate, "job")} stayed: others hold their unique keys.`]),
    ...(unknown === 0 ? [] : [`${counted(unknown, "job")} stayed: the queue has forgotten them.`]),
  ].join(" ");
}
