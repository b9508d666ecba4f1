/** Records as they are to be seen. @module */

import type { JobRecord } from "../core/mod.ts";

/** Whether it only waits for someone to notice that its time has come. */
export function isDue({ state, runAt }: JobRecord, now: number): boolean {
  return state === "SCHEDULED" && runAt <= now;
}

/** A job whose time has come is shown as `PENDING`, noticed or not. */
export function asSeen(job: JobRecord, now: number): JobRecord {
  return isDue(job, now) ? { ...job, state: "PENDING" } : job;
}
