/** The record of `nuvom runtestworker run`. @module */

import type { CommandRecord } from "../command.ts";
import { CODE_OPTIONS } from "../options.ts";

/** See `../run/runtestworker_run.ts`. */
export const runtestworkerRun = {
  path: "runtestworker run",
  group: "Tasks",
  summary: "Run one job here and now, without a queue",
  description: [
    "Reads one job, as a line of `nuvom enqueue --from` has it, runs one attempt of it in an executor with the task's own " +
    "permissions and time limit, and prints how it ended. Neither the queue nor the results of the project are touched, " +
    "and no plugin starts; jobs that the handler enqueues run here as well.",
    "The exit code is 0 when the handler returned, else 1.",
  ],
  positionals: [],
  options: {
    "input": { type: "text", metavar: "FILE", doc: "The job as a JSON object; - is standard input." },
    ...CODE_OPTIONS,
  },
  examples: [
    { line: "nuvom runtestworker run --input job.json", doc: 'Of a file such as { "task": "add", "args": [5, 7] }.' },
    { line: "nuvom runtestworker run --input - --json", doc: "Of standard input, for programs." },
  ],
} as const satisfies CommandRecord;
