/** The text of a job's file. @module */

import { checkJobs, JOB_STATES, type JobRecord } from "../../core/mod.ts";
import { newerJobFile } from "../errors.ts";
import type { SavedJob } from "../memory/store.ts";
import { fileNameOf } from "./names.ts";

/** Of the format. */
const VERSION = 1;

/** As it is written. */
export function writeJob(saved: SavedJob): string {
  return `${JSON.stringify({ version: VERSION, ...saved }, null, 1)}\n`;
}

/**
 * The job of a file; a sentence that says what is wrong with it when it is none.
 * @throws {NuvomError} `NUVOM_FILE_NEWER`
 */
export function readJob(name: string, text: string): SavedJob | string {
  let value: Partial<SavedJob> & { version?: number } | null;
  try {
    value = JSON.parse(text);
  } catch {
    return "it is no JSON";
  }
  if (typeof value?.version === "number" && value.version > VERSION) throw newerJobFile(name, value.version, VERSION);
  if (value?.version !== VERSION) return `its version is not ${VERSION}`;
  const { record, sequence, cancelRequested, backingOff, trace = null } = value;
  if (record === undefined || !isRecord(record)) return "it holds no job";
  if (fileNameOf(record.id) !== name) return "it holds the job of another file";
  if (!Number.isSafeInteger(sequence)) return "it has no place in the order of jobs";
  return {
    record,
    sequence: sequence!,
    cancelRequested: cancelRequested === true,
    backingOff: backingOff === true,
    trace,
  };
}

function isRecord(record: JobRecord): boolean {
  try {
    checkJobs([record]);
  } catch {
    return false;
  }
  const { state, createdAt, runAt, attempts, losses, finishedAt, errors } = record;
  const numbers = [createdAt, runAt, attempts, losses, ...(finishedAt === null ? [] : [finishedAt])];
  const running = record as { token?: unknown; leaseUntil?: unknown };
  return JOB_STATES.includes(state) && numbers.every(Number.isFinite) && Array.isArray(errors) &&
    (finishedAt === null) === ["PENDING", "SCHEDULED", "RUNNING"].includes(state) &&
    (state !== "RUNNING" || (typeof running.token === "string" && Number.isFinite(running.leaseUntil)));
}
