/** Which finished jobs a list shows, and in which order: for stores that keep records as objects. @module */

import type { FinishedJob, ResultQuery } from "../core/mod.ts";

type Place = Pick<FinishedJob, "id" | "finishedAt">;

/** The latest finished first; of the same millisecond, the greatest id. */
export function inListOrder(a: Place, b: Place): number {
  return b.finishedAt - a.finishedAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** Whether a list of this query shows the job, the limit aside. */
export function selects(query: ResultQuery, job: FinishedJob): boolean {
  const { states, task, queue, before = Infinity, since = -Infinity, after } = query;
  return job.finishedAt < before && job.finishedAt >= since &&
    (states?.includes(job.state) ?? true) &&
    (task === undefined || job.task === task) &&
    (queue === undefined || job.queue === queue) &&
    (after === undefined || inListOrder(after, job) < 0);
}
