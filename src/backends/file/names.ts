/** Names of the files of jobs. @module */

import { createHash } from "node:crypto";

const LONGEST_READABLE = 60;

/**
 * The same for the same id, and another for every other, also where names of files don't tell cases apart or may not be long:
 * what can be read of the id, then a part of its digest.
 */
export function fileNameOf(id: string): string {
  const readable = id.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, LONGEST_READABLE);
  return `${readable}.${createHash("sha256").update(id).digest("hex").slice(0, 24)}.json`;
}
