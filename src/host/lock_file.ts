/** The lock on disk. @module */

import { EMPTY_LOCK, type Lock } from "./lock.ts";
import { lockUnreadable, lockUnwritable } from "./lock_errors.ts";
import { parseLock } from "./lock_json.ts";
import { writeAtomically } from "./write_atomically.ts";

/** Everyone who may read the manifest may read the lock. */
const MODE = 0o644;

/** An empty one where there is none. @throws {NuvomError} `NUVOM_LOCK_…` */
export function readLock(path: string): Lock {
  const text = readLockText(path);
  return text === null ? EMPTY_LOCK : parseLock(text, path);
}

/** Null where there is none. @throws {NuvomError} `NUVOM_LOCK_READ` */
export function readLockText(path: string): string | null {
  try {
    // Not asynchronous: for small files the hop to another thread costs more than the read.
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw lockUnreadable(path, error);
  }
}

/** @param text Null removes the file. @throws {NuvomError} `NUVOM_LOCK_WRITE` */
export async function writeLockText(path: string, text: string | null): Promise<void> {
  try {
    if (text === null) await Deno.remove(path);
    else await writeAtomically(path, text, MODE);
  } catch (error) {
    if (text === null && error instanceof Deno.errors.NotFound) return;
    throw lockUnwritable(path, `can't be written: ${(error as Error).message}`, error);
  }
}
