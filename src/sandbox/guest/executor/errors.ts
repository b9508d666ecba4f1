/** What can go wrong in an executor. @module */

import { MAX_PAYLOAD, NuvomError, toErrorData } from "../../../core/mod.ts";
import type { AbortReason } from "../../protocol.ts";

/** Two modules export different tasks under one name. */
export function taskDuplicate(name: string, first: string, second: string): NuvomError {
  const where = first === second ? `twice in ${first}` : `in ${first} and in ${second}`;
  return new NuvomError("NUVOM_TASK_DUPLICATE", {
    what: `The task "${name}" is defined ${where}.`,
    mend: "Give one of them another name, or take one of the modules out of [tasks] modules.",
    exitCode: 3,
  });
}

/** A task module threw while it was imported. The code of a nuvom error is kept. */
export function taskModuleFailed(source: string, thrown: unknown): NuvomError {
  const { message } = toErrorData(thrown);
  return new NuvomError(thrown instanceof NuvomError ? thrown.code : "NUVOM_TASK_MODULE", {
    what: `The task module ${source} could not be imported: ${message.replace(/\.$/, "")}.`,
    mend: "Mend the module; importing it must not do anything that its permissions do not allow.",
    exitCode: 3,
    cause: thrown,
  });
}

/** The job names a task that no module exports. */
export function taskUnknown(name: string, hint: string): NuvomError {
  return new NuvomError("NUVOM_TASK_UNKNOWN", {
    what: `No task module of this worker exports a task "${name}".`,
    mend: `${hint} See \`nuvom discover tasks\`.`.trim(),
    exitCode: 4,
  });
}

/** The stored arguments can't be read. */
export function argsInvalid(task: string, cause: unknown): NuvomError {
  return new NuvomError("NUVOM_ARGS_INVALID", {
    what: `The arguments of this job of the task "${task}" are not a JSON array.`,
    mend: "Enqueue it again with a JSON array, one item for each parameter.",
    exitCode: 2,
    cause,
  });
}

/** The handler returned what JSON can't say. @param where Place and kind: `result.items[3] is a Map`. */
export function resultNotJson(task: string, where: string, cause?: unknown): NuvomError {
  return new NuvomError("NUVOM_RESULT_NOT_JSON", {
    what: `The handler of the task "${task}" returned what JSON can't say: ${where}.`,
    mend: "Return plain objects, arrays, strings, finite numbers, booleans or null; big integers and dates as text.",
    cause,
  });
}

/** The result is longer than a store takes. */
export function resultTooLarge(task: string, length: number): NuvomError {
  return new NuvomError("NUVOM_PAYLOAD_TOO_LARGE", {
    what: `The result of the task "${task}" is ${length} characters of JSON; at most ${MAX_PAYLOAD} are kept.`,
    mend: "Write large data to a file or a bucket and return where it is.",
  });
}

/** How the attempt ended can't be told to the host. */
export function outcomeUnsendable(id: string, cause: unknown): NuvomError {
  return new NuvomError("NUVOM_OUTCOME_UNSENDABLE", {
    what: `The attempt of job ${id} ended with what can't be sent to the worker.`,
    mend: "Throw errors, Snooze and Discard as they are; does a handler change them, or the prototypes of objects?",
    cause,
  });
}

const ABORT_CODES: Readonly<Record<AbortReason, `NUVOM_${string}`>> = {
  "timeout": "NUVOM_JOB_TIMEOUT",
  "cancelled": "NUVOM_JOB_CANCELLED",
  "lease lost": "NUVOM_LEASE_LOST",
  "shutdown": "NUVOM_SHUTDOWN",
};

/** The reason that a handler finds in `signal.reason`. */
export function attemptAborted(id: string, reason: AbortReason): NuvomError {
  return new NuvomError(ABORT_CODES[reason] ?? "NUVOM_JOB_CANCELLED", {
    what: `The attempt of job ${id} must stop: ${reason}.`,
  });
}
