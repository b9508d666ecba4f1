/** The record of `nuvom log level`. @module */

import type { CommandRecord } from "../command.ts";

/** See `../run/log_level.ts`. */
export const logLevel = {
  path: "log level",
  group: "Project",
  summary: "Have running workers log more or less",
  description: [
    "Every worker of this project that runs on this machine logs by these levels from now on, until it is started again: " +
    "debug, info, warn or error, for all that it logs or, as CATEGORY=LEVEL, for a category and those below it. Categories " +
    "stand in each line of the log: worker, job, plugin.NAME, executor-0, loader, realm, metrics. What is not named stays " +
    "as it is. The command ends with exit code 4 when no worker is running.",
    "NUVOM_LOG_LEVEL and NUVOM_LOG_LEVELS say the same for workers that are started.",
  ],
  positionals: [{ name: "LEVEL", required: true, many: true, doc: "A level, or CATEGORY=LEVEL." }],
  options: {},
  examples: [
    { line: "nuvom log level job=debug plugin.mail=debug", doc: "Look closely at jobs and at one plugin." },
    { line: "nuvom log level info job=info plugin.mail=info", doc: "And no longer." },
  ],
} as const satisfies CommandRecord;
