/** The record of `nuvom runworker`. @module */

import type { CommandRecord } from "../command.ts";
import { BACKEND_OPTIONS, settingOption } from "../options.ts";

/** See `../run/runworker.ts`. */
export const runworker = {
  path: "runworker",
  group: "Jobs",
  summary: "Run jobs until it is stopped",
  description: [
    "Starts the plugins of the manifest, then executors (child processes) that run the tasks. SIGINT (Ctrl-C), SIGTERM " +
    "and SIGHUP stop it: running jobs may go on for NUVOM_SHUTDOWN_GRACE_SECS, the rest goes back into the queue, and " +
    "the exit code is 0. A second signal ends it at once, with 130 (SIGINT) or 143.",
    "The log goes to standard error. With --json, standard output has a line of JSON for each event.",
  ],
  positionals: [],
  options: {
    "workers": settingOption("workers", "N"),
    "concurrency": settingOption("concurrency", "N"),
    "queues": {
      type: "list",
      metavar: "A,B",
      doc:
        "Takes only jobs of these queues. By default of all. With weights (A=3,B=1) each gets its share while all of " +
        "them have jobs; without, priority and age decide as if they were one.",
    },
    "drain": {
      type: "flag",
      doc: "Ends with 0 when nothing is waiting, running or due for a retry; jobs scheduled for later don't count.",
    },
    ...BACKEND_OPTIONS,
  },
  examples: [
    { line: "nuvom runworker", doc: "Works until Ctrl-C." },
    { line: "nuvom runworker --drain --workers 2", doc: "Runs what there is, with two executors, and ends." },
    {
      line: "nuvom runworker --queues mail,reports --log-format json",
      doc: "Two queues only, and a log for programs.",
    },
    { line: "nuvom runworker --queues mail=3,reports=1", doc: "Three mails for each report, while there are both." },
  ],
} as const satisfies CommandRecord;
