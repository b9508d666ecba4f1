/** What can be wrong with a store. @module */

import { NuvomError } from "../core/mod.ts";

/** `NUVOM_SQLITE_NEWER` */
export function newerSchema(path: string, found: number, known: number): NuvomError {
  return new NuvomError("NUVOM_SQLITE_NEWER", {
    what: `The database ${path} has schema version ${found}; this nuvom knows versions up to ${known}.`,
    mend: "Use the nuvom that wrote it or a newer one; nothing was changed.",
    exitCode: 3,
  });
}

/** `NUVOM_SQLITE_FOREIGN` */
export function foreignDatabase(path: string, table: string): NuvomError {
  return new NuvomError("NUVOM_SQLITE_FOREIGN", {
    what: `The database ${path} belongs to another program: it holds a table "${table}" and no jobs of nuvom.`,
    mend:
      "Nothing was changed. Set NUVOM_SQLITE_PATH to a file that nuvom makes; an application that wants its data beside " +
      "the jobs creates its tables in that one, or moves them there as docs/sqlite.md shows.",
    exitCode: 3,
  });
}

/** `NUVOM_SQLITE_GONE` */
export function databaseGone(path: string): NuvomError {
  return new NuvomError("NUVOM_SQLITE_GONE", {
    what: `The database ${path} was deleted or moved while it was in use.`,
    mend:
      "Put it back, restore a backup, or have any nuvom command make a new one: what is there then is used at once.",
  });
}

/** `NUVOM_SQLITE_OPEN` */
export function folderMissing(path: string, cause: unknown): NuvomError {
  return new NuvomError("NUVOM_SQLITE_OPEN", {
    what: `The folder of the database ${path} can't be made.`,
    mend: "Check that what stands above it is a folder and may be written, or set NUVOM_SQLITE_PATH.",
    cause,
  });
}

interface Problem {
  readonly code: `NUVOM_SQLITE_${string}`;
  /** What SQLite says; some of its errors come without a number. */
  readonly says: string;
  readonly what: string;
  readonly mend: string;
}

/** By SQLite's primary result code. */
const PROBLEMS: ReadonlyMap<number, Problem> = new Map([
  [5, {
    code: "NUVOM_SQLITE_LOCKED",
    says: "database is locked",
    what: "is locked by another program",
    mend: "Close the program that holds it (a backup, a database browser), or try again.",
  }],
  [6, { code: "NUVOM_SQLITE_LOCKED", says: "database table is locked", what: "is locked", mend: "Try again." }],
  [8, {
    code: "NUVOM_SQLITE_READONLY",
    says: "attempt to write a readonly database",
    what: "can't be written",
    mend: "Give nuvom's user write permission on the file and its folder, or set NUVOM_SQLITE_PATH.",
  }],
  [10, {
    code: "NUVOM_SQLITE_IO",
    says: "disk I/O error",
    what: "can't be read or written",
    mend: "Check the disk it lies on.",
  }],
  [11, {
    code: "NUVOM_SQLITE_CORRUPT",
    says: "database disk image is malformed",
    what: "is damaged",
    mend: "Stop all workers, keep a copy, then restore a backup or run `sqlite3 FILE .recover`.",
  }],
  [13, {
    code: "NUVOM_SQLITE_FULL",
    says: "database or disk is full",
    what: "can't grow: the disk is full",
    mend: "Free some space; no job was lost.",
  }],
  [14, {
    code: "NUVOM_SQLITE_OPEN",
    says: "unable to open database file",
    what: "can't be opened",
    mend: "Check that it is a file, that its folder exists and that both may be written, or set NUVOM_SQLITE_PATH.",
  }],
  [26, {
    code: "NUVOM_SQLITE_CORRUPT",
    says: "file is not a database",
    what: "is not an SQLite database, or is damaged at its start",
    mend: "Move the file away, or set NUVOM_SQLITE_PATH to another.",
  }],
]);

/** A damaged schema is told with the part of it that makes no sense. */
function malformed(message = ""): Problem | undefined {
  return message.startsWith("malformed database schema") ? PROBLEMS.get(11) : undefined;
}

/** Turns an error of `node:sqlite` into one that says what to do; other errors stay as they are. */
export function fromSqlite(path: string, error: unknown): unknown {
  const { code, errcode, message } = error as { code?: string; errcode?: number; message?: string };
  if (code !== "ERR_SQLITE_ERROR") return error;
  const problem = errcode === undefined
    ? [...PROBLEMS.values()].find(({ says }) => message?.startsWith(says)) ?? malformed(message)
    : PROBLEMS.get(errcode & 0xff);
  return new NuvomError(problem?.code ?? "NUVOM_SQLITE_FAILED", {
    what: problem === undefined ? `The database ${path} failed: ${message}.` : `The database ${path} ${problem.what}.`,
    mend: problem?.mend ?? "Nothing was changed; if it stays, report it as a bug.",
    cause: error,
  });
}

/** `NUVOM_FILE_LOCKED` */
export function storeLocked(path: string): NuvomError {
  return new NuvomError("NUVOM_FILE_LOCKED", {
    what: `Another process holds the lock of the folder of jobs ${path}, and does not give it back.`,
    mend: "Look for a nuvom process that is stopped, and let it go on or kill it; no job was changed.",
  });
}

/** `NUVOM_FILE_NEWER` */
export function newerJobFile(name: string, found: number, known: number): NuvomError {
  return new NuvomError("NUVOM_FILE_NEWER", {
    what: `The file of a job ${name} was written by a newer nuvom: its version is ${found}; this one knows ${known}.`,
    mend: "Use the nuvom that wrote it or a newer one, or set NUVOM_FILE_PATH to another folder; nothing was changed.",
    exitCode: 3,
  });
}

/** `NUVOM_FILE_STORE`: what the disk says; errors of nuvom stay as they are. */
export function folderFailed(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof NuvomError) return error;
  const reason = error.message.replace(/\.$/, "");
  return new NuvomError("NUVOM_FILE_STORE", {
    what: `The folder of jobs ${path} failed: ${reason}.`,
    mend:
      "Check that the disk is not full and that nuvom's user may write there, or set NUVOM_FILE_PATH; no job was changed.",
    cause: error,
  });
}
