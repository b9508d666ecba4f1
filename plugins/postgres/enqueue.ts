/** Adding jobs. @module */

import type { EnqueueReceipt, NewJob } from "nuvom";
import { array, textArray } from "./rows.ts";
import type { Store } from "./store.ts";

/** Adds a batch in one transaction. */
export async function addJobs(store: Store, jobs: readonly NewJob[]): Promise<EnqueueReceipt[]> {
  const { kinds, numbers } = kindsOf(jobs);
  const of = <T>(pick: (job: NewJob) => T): T[] => kinds.map(pick);
  const keys = jobs.some(({ uniqueKey }) => uniqueKey !== null)
    ? textArray(jobs.map(({ uniqueKey }) => uniqueKey))
    : null;
  const standing = await store.database.rows<[place: number, id: string]>(
    `SELECT place, standing FROM ${store.s}.add_jobs($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    textArray(jobs.map(({ id }) => id)),
    textArray(jobs.map(({ args }) => args)),
    array(numbers),
    keys,
    textArray(of(({ task }) => task)),
    textArray(of(({ queue }) => queue)),
    array(of(({ priority }) => priority)),
    array(of(({ delayMs }) => delayMs)),
    array(of(({ maxAttempts }) => maxAttempts)),
    array(of(({ retryDelayMs }) => retryDelayMs)),
    array(of(({ timeoutMs }) => timeoutMs)),
    textArray(of(({ timeoutPolicy }) => timeoutPolicy)),
    array(of(({ storeResult }) => storeResult)),
    array(of(({ uniqueForMs }) => uniqueForMs)),
  );
  for (const { delayMs } of kinds) if (delayMs > 0) store.dueWithin(delayMs);
  const receipts: EnqueueReceipt[] = jobs.map(({ id }) => ({ id, duplicate: false }));
  for (const [place, id] of standing) receipts[place - 1] = { id, duplicate: true };
  return receipts;
}

/** The first job of each kind (mostly all are of one), and for each job the number of its kind, from 1. */
function kindsOf(jobs: readonly NewJob[]): { kinds: NewJob[]; numbers: number[] } {
  const kinds: NewJob[] = [];
  let last: NewJob | undefined;
  let number = 0;
  const numbers = jobs.map((job) => {
    if (last === undefined || !isAlike(job, last)) {
      number = kinds.findIndex((kind) => isAlike(job, kind)) + 1;
      if (number === 0) number = kinds.push(job);
      last = job;
    }
    return number;
  });
  return { kinds, numbers };
}

function isAlike(a: NewJob, b: NewJob): boolean {
  return a.task === b.task && a.queue === b.queue && a.priority === b.priority && a.delayMs === b.delayMs &&
    a.maxAttempts === b.maxAttempts && a.retryDelayMs === b.retryDelayMs && a.timeoutMs === b.timeoutMs &&
    a.timeoutPolicy === b.timeoutPolicy && a.storeResult === b.storeResult && a.uniqueForMs === b.uniqueForMs;
}
