/** What `enqueue --json` says of a job. @module */

import type { EnqueueReceipt } from "../core/mod.ts";

/** `{"id":"…"}`, with `"duplicate":true` when nothing was added. */
export function receiptJson({ id, duplicate }: EnqueueReceipt): string {
  return JSON.stringify(duplicate ? { id, duplicate } : { id });
}
