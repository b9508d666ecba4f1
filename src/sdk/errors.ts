/** What the sdk refuses. @module */

import { MAX_PAYLOAD, NuvomError } from "../core/mod.ts";

/** `NUVOM_TASK_OPTIONS` */
export function noHandler(task: string): NuvomError {
  return new NuvomError("NUVOM_TASK_OPTIONS", {
    what: `The task "${task}" has no function as its handler.`,
    mend: 'Pass it as the second argument: task({ name: "…" }, (…) => …).',
    exitCode: 2,
  });
}

/** `NUVOM_ARGS_NOT_JSON` */
export function argsNotJson(task: string, place: string, found: string): NuvomError {
  return new NuvomError("NUVOM_ARGS_NOT_JSON", {
    what: `Argument ${place} of the task "${task}" is ${found}, which JSON can't say.`,
    mend: "Pass plain objects, arrays, strings, finite numbers, booleans or null; big integers and dates as text.",
    exitCode: 2,
  });
}

/** `NUVOM_PAYLOAD_TOO_LARGE` */
export function argsTooLarge(task: string, length: number): NuvomError {
  return new NuvomError("NUVOM_PAYLOAD_TOO_LARGE", {
    what: `The arguments of the task "${task}" are ${length} characters of JSON; at most ${MAX_PAYLOAD} are taken.`,
    mend: "Write large data to a file or a bucket and pass where it is.",
    exitCode: 2,
  });
}

/** `NUVOM_RESULT_TIMEOUT` */
export function resultTimeout(id: string, timeoutMs: number): NuvomError {
  return new NuvomError("NUVOM_RESULT_TIMEOUT", {
    what: `Job ${id} was not finished after ${timeoutMs} ms.`,
    mend: `It still may be: look with \`nuvom status ${id}\`, or wait longer. Is a worker running?`,
  });
}

/** `NUVOM_NO_JOB` */
export function noJob(): NuvomError {
  return new NuvomError("NUVOM_NO_JOB", {
    what: "jobContext() was called outside of a running job.",
    mend: "Call it inside the handler, or in what the handler awaits.",
  });
}

/** `NUVOM_NO_START` */
export function notInStart(name: string): NuvomError {
  return new NuvomError("NUVOM_NO_START", {
    what: `${name}() was called outside of a plugin's start.`,
    mend: "Call it inside start(), or use the context that start() gets.",
  });
}
