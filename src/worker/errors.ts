/** What can go wrong with an attempt or an executor, seen from the worker. @module */

import { type ErrorData, formatDuration, type JobRecord, NuvomError, toErrorData } from "../core/mod.ts";

/** The attempt ran longer than its time limit. */
export function jobTimeout(job: JobRecord): ErrorData {
  return data("NUVOM_JOB_TIMEOUT", {
    what: `The attempt ${job.attempts} of the task "${job.task}" ran longer than ${formatDuration(job.timeoutMs)}.`,
    mend: "Give the task a longer `timeout`, or make its handler stop when `jobContext().signal` is aborted.",
  });
}

/** Someone cancelled the job while it ran. */
export function jobCancelled(job: JobRecord): ErrorData {
  return data("NUVOM_JOB_CANCELLED", { what: `The job of the task "${job.task}" was cancelled while it was leased.` });
}

/** The executor died under the attempt. */
export function jobLost(job: JobRecord, detail: string): ErrorData {
  return data("NUVOM_JOB_LOST", {
    what: `The executor ended while it ran the attempt ${job.attempts} of the task "${job.task}": ${detail}.`,
    mend: "Look at what the handler does to its process: memory, exit, native code.",
  });
}

/** The job has ended its executor too often. */
export function jobPoison(job: JobRecord, losses: number, detail: string): ErrorData {
  return data("NUVOM_JOB_POISON", {
    what: `The task "${job.task}" ended its executor ${losses} times with this job; the last time: ${detail}.`,
    mend: "The job is not tried again. Mend the handler, then `nuvom retry` the job.",
  });
}

/** The store takes the ends of other jobs, and not of this one. */
export function endRefused(job: JobRecord, action: string, thrown: unknown): ErrorData {
  return data("NUVOM_END_REFUSED", {
    what: `The store refuses to ${action} the job ${job.id} of the task "${job.task}", while it takes others: ` +
      `${toErrorData(thrown).message.replace(/\.$/, "")}.`,
    mend: "The end was given up; the job runs again when its lease is over. Mend what the store says.",
  });
}

/** A report of the executor makes no sense: the realm was tampered with. */
export function reportInvalid(job: JobRecord): ErrorData {
  return data("NUVOM_EXECUTOR_REPORT", {
    what: `The executor reported an outcome of the task "${job.task}" that is none.`,
    mend: "Task modules must not touch the messages between executor and worker.",
  });
}

/** The executor died while it imported the task modules. */
export function executorDied(name: string, detail: string): NuvomError {
  return new NuvomError("NUVOM_EXECUTOR_START", {
    what: `The ${name} ended while it imported the task modules: ${detail}.`,
    mend: "Importing a task module must not end the process; run `nuvom discover tasks` to see it alone.",
  });
}

/** The guest called something that a worker does not answer. */
export function unknownCall(method: string): NuvomError {
  return new NuvomError("NUVOM_RPC_METHOD", { what: `A worker has no method ${JSON.stringify(method)}.` });
}

/** A worker is started once. */
export function workerStarted(): NuvomError {
  return new NuvomError("NUVOM_WORKER_STATE", {
    what: "This worker was started or stopped before.",
    mend: "Make a new Worker.",
  });
}

function data(code: `NUVOM_${string}`, text: { what: string; mend?: string }): ErrorData {
  // Without the stack: it would show this file, which is of no use to the owner of the job.
  const { stack: _, ...rest } = toErrorData(new NuvomError(code, text));
  return rest;
}
