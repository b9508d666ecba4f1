/** What can be wrong with a store. @module */

import { type ErrorData, NuvomError } from "../core/mod.ts";

/** What a cancelled job says of its end. */
export function cancelledByUser(id: string): ErrorData {
  return { name: "NuvomError", code: "NUVOM_JOB_CANCELLED", message: `Job ${id} was cancelled before it ran.` };
}

/** `NUVOM_SQLITE_NEWER` */
export function newerSchema(path: string, found: number, known: number): NuvomError {
  return new NuvomError("NUVOM_SQLITE_NEWER", {
    what: `The database ${path} has schema version ${found}; this nuvom knows versions up to ${known}.`,
    mend: "Use the nuvom that wrote it or a newer one; nothing was changed.",
    exitCode: 3,
  });
}

interface Problem {
  readonly code: `NUVOM_SQLITE_${string}`;
  readonly what: string;
  readonly mend: string;
}

/** By SQLite's primary result code. */
const PROBLEMS: ReadonlyMap<number, Problem> = new Map([
  [5, {
    code: "NUVOM_SQLITE_LOCKED",
    what: "is locked by another program",
    mend: "Close the program that holds it (a backup, a database browser), or try again.",
  }],
  [6, { code: "NUVOM_SQLITE_LOCKED", what: "is locked", mend: "Try again." }],
  [8, {
    code: "NUVOM_SQLITE_READONLY",
    what: "can't be written",
    mend: "Give nuvom's user write permission on the file and its folder, or set NUVOM_SQLITE_PATH.",
  }],
  [10, { code: "NUVOM_SQLITE_IO", what: "can't be read or written", mend: "Check the disk it lies on." }],
  [11, {
    code: "NUVOM_SQLITE_CORRUPT",
    what: "is damaged",
    mend: "Stop all workers, keep a copy, then restore a backup or run `sqlite3 FILE .recover`.",
  }],
  [13, { code: "NUVOM_SQLITE_FULL", what: "can't grow: the disk is full", mend: "Free some space; no job was lost." }],
  [14, {
    code: "NUVOM_SQLITE_OPEN",
    what: "can't be opened",
    mend: "Check that its folder exists and may be written, or set NUVOM_SQLITE_PATH.",
  }],
  [26, {
    code: "NUVOM_SQLITE_CORRUPT",
    what: "is not an SQLite database, or is damaged at its start",
    mend: "Move the file away, or set NUVOM_SQLITE_PATH to another.",
  }],
]);

/** Turns an error of `node:sqlite` into one that says what to do; other errors stay as they are. */
export function fromSqlite(path: string, error: unknown): unknown {
  const { errcode, message } = error as { errcode?: number; message?: string };
  if (typeof errcode !== "number") return error;
  const problem = PROBLEMS.get(errcode & 0xff);
  return new NuvomError(problem?.code ?? "NUVOM_SQLITE_FAILED", {
    what: problem === undefined ? `The database ${path} failed: ${message}.` : `The database ${path} ${problem.what}.`,
    mend: problem?.mend ?? "Nothing was changed; if it stays, report it as a bug.",
    cause: error,
  });
}
