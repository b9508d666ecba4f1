/** The record of `nuvom enqueue`. @module */

import type { CommandRecord } from "../command.ts";
import { BACKEND_OPTIONS } from "../options.ts";

/** See `../run/enqueue.ts`. */
export const enqueue = {
  path: "enqueue",
  group: "Jobs",
  summary: "Put a job into the queue",
  description: [
    "Prints the id of the job. The task must be one of `nuvom list tasks`.",
    "With --from, jobs are read from a file, or from standard input, a JSON object a line, of which only the task is " +
    "required:",
    '  { "task": "add", "args": [5, 7], "queue": "default", "priority": 5, "delay": "10s", "unique": "key", "id": "…" }',
    "They are enqueued in batches of up to 1,000 while they are read. A bad line ends the command: the batches before " +
    "it stay enqueued, nothing of its own batch is, and the error says how many lines were enqueued and which is bad.",
  ],
  positionals: [
    { name: "TASK", required: false, doc: "The name of the task; left out with --from." },
    { name: "ARGS_JSON", required: false, doc: "The arguments of the task as a JSON array. By default []." },
  ],
  options: {
    "queue": { type: "text", metavar: "NAME", doc: "The queue. By default the task's own." },
    "priority": {
      type: "integer",
      metavar: "N",
      min: -1_000,
      max: 1_000,
      doc: "From -1000 to 1000; higher runs first. By default the task's own.",
    },
    "delay": { type: "duration", metavar: "DURATION", doc: "Not before so much time has passed: 10s, 5m, 2h." },
    "unique": {
      type: "text",
      metavar: "KEY",
      doc: "While an unfinished job has this key, none is added and the id of that job is printed.",
    },
    "from": { type: "text", metavar: "FILE", doc: "Reads jobs from a file, a line each; - is standard input." },
    ...BACKEND_OPTIONS,
  },
  examples: [
    { line: "nuvom enqueue add '[5, 7]'", doc: "Runs add(5, 7) as soon as a worker is free." },
    { line: `nuvom enqueue report '["daily"]' --delay 10m --unique daily`, doc: "In ten minutes, and only once." },
    { line: "nuvom enqueue --from jobs.ndjson", doc: "A job for each line of the file." },
  ],
} as const satisfies CommandRecord;
