/** Queues that keep wrongly what jobs tell. @module */

import type { JobReport, JobTrace } from "../../core/mod.ts";
import type { Mutant, Mutants } from "./mutant.ts";

/** Changes reports before they are kept. */
function reporting(change: (report: JobReport) => JobReport): Mutant {
  return ({ queue }) => {
    const { report } = queue;
    queue.report = (reports) => report(reports.map(change));
  };
}

/** Keeps reports in a way of its own, whatever their tokens. */
function keeping(keep: (trace: JobTrace, report: JobReport) => JobTrace): Mutant {
  return ({ queue, store }) => {
    queue.report = (reports) => {
      for (const report of reports) {
        const trace = store.traces.get(report.id) ?? { progress: null, log: [] };
        store.traces.set(report.id, keep(trace, report));
      }
      return Promise.resolve();
    };
  };
}

/** Mutants of `report` and `traces`. */
export const REPORT_MUTANTS: Mutants = {
  "progress is dropped": [
    reporting((report) => ({ ...report, progress: null })),
    "report() keeps the latest progress and all lines, in order",
    "report() without progress leaves what was said before",
    "what a job told outlives its attempts and its end",
  ],
  "the first progress stays": [
    keeping((trace, { progress, log }) => ({ progress: trace.progress ?? progress, log: [...trace.log, ...log] })),
    "report() keeps the latest progress and all lines, in order",
  ],
  "a report without progress takes it away": [
    keeping((trace, { progress, log }) => ({ progress, log: [...trace.log, ...log] })),
    "report() without progress leaves what was said before",
  ],
  "a report replaces the log": [
    keeping((_trace, { progress, log }) => ({ progress, log })),
    "report() keeps the latest progress and all lines, in order",
    "what a job told outlives its attempts and its end",
  ],
  "tokens are ignored, and nothing is capped": [
    keeping((trace, { progress, log }) => ({ progress: progress ?? trace.progress, log: [...trace.log, ...log] })),
    "report() keeps the last lines, and cuts those that are too long",
    "report() by a stale token, or of a job that is gone, changes nothing and fails no other",
  ],
  "one stale report rejects all": [
    ({ queue, store }) => {
      const { report } = queue;
      queue.report = (reports) =>
        reports.some((one) => store.leased(one) === null) ? Promise.reject(new Error("stale")) : report(reports);
    },
    "report() by a stale token, or of a job that is gone, changes nothing and fails no other",
  ],
  "jobs that told nothing have an empty trace": [
    ({ queue }) => {
      const { traces } = queue;
      queue.traces = async (ids) => (await traces(ids)).map((trace) => trace ?? { progress: null, log: [] });
    },
    "traces() answers in order, null for jobs that told nothing",
    "clear() forgets what cleared jobs told",
  ],
  "the end of a lease forgets what was told": [
    ({ queue, store }) => {
      const { settle } = queue;
      queue.settle = (settlements) => {
        for (const { id } of settlements) store.traces.delete(id);
        return settle(settlements);
      };
    },
    "what a job told outlives its attempts and its end",
    "report() by a stale token, or of a job that is gone, changes nothing and fails no other",
  ],
};
