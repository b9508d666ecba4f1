/** What can be wrong with the lock's modules and the store that keeps them. @module */

import type { NuvomError } from "../core/mod.ts";
import { via } from "./errors.ts";
import { detail, failed, refused } from "./fetch_errors.ts";

/** `NUVOM_STORE_WRITE` */
export function storeUnwritable(folder: string, cause: unknown): NuvomError {
  return failed(
    "NUVOM_STORE_WRITE",
    `The module store ${folder} can't be written: ${detail(cause)}.`,
    "Make room or mend its permissions, or set NUVOM_CACHE_DIR to another folder.",
    cause,
  );
}

/** `NUVOM_STORE_MISSING` */
export function notStored(url: string, chain: readonly string[]): NuvomError {
  return failed(
    "NUVOM_STORE_MISSING",
    `The module ${url} is missing from the store, or was changed there, and nothing may be fetched${via(chain)}.`,
    "Leave --offline (NUVOM_OFFLINE) out once, where its server can be reached.",
  );
}

/** `NUVOM_LOCK_ENTRY`: no entry. */
export function entryMissing(url: string, chain: readonly string[]): NuvomError {
  return refused(
    "NUVOM_LOCK_ENTRY",
    `The module ${url} has no entry in the lock, and code from URLs does not run without one${via(chain)}.`,
    "Look at what has changed and run `nuvom plugin lock`.",
  );
}

/** `NUVOM_LOCK_ENTRY`: no SHA-256. */
export function weakHash(url: string, chain: readonly string[]): NuvomError {
  return refused(
    "NUVOM_LOCK_ENTRY",
    `The entry of ${url} in the lock has no SHA-256${via(chain)}.`,
    "Restore the lock from version control, or run `nuvom plugin lock`.",
  );
}

/** `NUVOM_LOCK_HASH` */
export function hashDiffers(url: string, expected: string, received: string, chain: readonly string[]): NuvomError {
  return failed(
    "NUVOM_LOCK_HASH",
    `The module ${url} is not what was locked: its SHA-256 is ${received}, the lock has ${expected}${via(chain)}.`,
    "If its author changed it, look at the change and run `nuvom plugin update`; if not, do not run it.",
  );
}
