/** The scripts by name, each with what they share in front. @module */

import { CANCEL, CLEAR, KEEP, PAUSE, PRUNE, REPORT, RESUME, RETRY } from "./change.ts";
import { ENQUEUE } from "./enqueue.ts";
import { LEASE } from "./lease.ts";
import { LIBRARY } from "./library.ts";
import { BUSY, INSPECT, LIST, QSIZE, STATS, TRACES } from "./look.ts";
import { RENEW, SETTLE } from "./settle.ts";

const BODIES = {
  enqueue: ENQUEUE,
  lease: LEASE,
  settle: SETTLE,
  renew: RENEW,
  inspect: INSPECT,
  qsize: QSIZE,
  busy: BUSY,
  stats: STATS,
  list: LIST,
  traces: TRACES,
  cancel: CANCEL,
  retry: RETRY,
  clear: CLEAR,
  pause: PAUSE,
  resume: RESUME,
  report: REPORT,
  prune: PRUNE,
  keep: KEEP,
} as const;

/** What can be asked of the server. */
export type ScriptName = keyof typeof BODIES;

/** The text of each script. */
export const SCRIPTS: Readonly<Record<ScriptName, string>> = Object.fromEntries(
  Object.entries(BODIES).map(([name, body]) => [name, `${LIBRARY}\n${body}`]),
) as Record<ScriptName, string>;
