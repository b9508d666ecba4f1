/** What can go wrong between a command and a running worker. @module */

import { formatDuration, NuvomError } from "../../core/mod.ts";

/** `NUVOM_CONTROL_REQUEST` */
export function badRequest(): NuvomError {
  return new NuvomError("NUVOM_CONTROL_REQUEST", {
    what: "The worker was asked something that it does not know.",
    mend: "Use the executable that the worker runs, or start the worker again with this one.",
  });
}

/** `NUVOM_CONTROL_SILENT` */
export function workerSilent(worker: string, timeoutMs: number): NuvomError {
  return new NuvomError("NUVOM_CONTROL_SILENT", {
    what: `The worker ${worker} did not answer within ${formatDuration(timeoutMs)}.`,
    mend: "Is it stopping, or is its machine overloaded?",
  });
}

/** `NUVOM_WORKER_NONE` */
export function noWorker(project: string): NuvomError {
  return new NuvomError("NUVOM_WORKER_NONE", {
    what: `No worker of the project ${project} is running on this machine.`,
    mend: "Start one with `nuvom runworker`.",
    exitCode: 4,
  });
}
