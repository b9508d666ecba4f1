/** What scripts are told of jobs and settlements. @module */

import type { NewJob, Settlement } from "nuvom";
import { alike, fieldsOf, flagsOf } from "./records.ts";

/** The contract's bounds of a priority; others would not fit into the place of a job. Higher ones have a lower rank. */
const MAX_PRIORITY = 1_000;

type Group = [flags: number, fields: string, queue: string, rank: number, delayMs: number, key: string, jobs: string[]];

/** See the script `enqueue`. Jobs of one batch mostly have everything but id and arguments in common. */
export function groupsOf(jobs: readonly NewJob[]): Group[] {
  const groups: Group[] = [];
  let last: NewJob | undefined;
  for (const job of jobs) {
    if (last === undefined || job.uniqueKey !== null || !alike(job, last)) {
      const rank = MAX_PRIORITY - Math.max(-MAX_PRIORITY, Math.min(job.priority, MAX_PRIORITY));
      groups.push([flagsOf(job), fieldsOf(job), job.queue, rank, job.delayMs, job.uniqueKey ?? "", []]);
    }
    groups[groups.length - 1]![6].push(job.id, job.args);
    last = job;
  }
  return groups;
}

/** See the script `settle`: id, token, action, number, text, attempt. */
export function settlementValues(settlement: Settlement): (string | number)[] {
  const { id, token, action } = settlement;
  switch (action) {
    case "succeed":
      return [id, token, action, ran(settlement.ranMs), settlement.result ?? "", ""];
    case "fail": {
      const attempt = settlement.attempt === null ? "" : JSON.stringify(settlement.attempt);
      return [id, token, action, ran(settlement.ranMs), JSON.stringify(settlement.error), attempt];
    }
    case "cancel":
      return [id, token, action, ran(settlement.ranMs), JSON.stringify(settlement.error), ""];
    case "retry":
      return [id, token, action, Math.ceil(settlement.delayMs), "", JSON.stringify(settlement.attempt)];
    case "snooze":
      return [id, token, action, Math.ceil(settlement.delayMs), "", ""];
    case "release":
      return [id, token, action, 0, "", ""];
  }
}

function ran(ms: number | undefined): number {
  return ms === undefined ? -1 : Math.max(0, Math.round(ms));
}
