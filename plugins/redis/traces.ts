/** What running jobs told of themselves. @module */

import { type JobProgress, type JobReport, type JobTrace, traceWith } from "nuvom";
import { jsonLines } from "./records.ts";

/** See the script `report`: id, token, progress, lines. */
export function reportValues(report: JobReport): (string | string[])[] {
  const { progress, log } = traceWith(null, report);
  const said = progress === null ? "" : JSON.stringify(progress);
  return [report.id, report.token, said, log.map((line) => JSON.stringify(line))];
}

/** Null: the job never told anything. */
export function traceOf(text: string): JobTrace | null {
  if (text === "") return null;
  const end = text.indexOf("\n");
  const progress = text.slice(0, end);
  return {
    progress: progress === "" ? null : JSON.parse(progress) as JobProgress,
    log: jsonLines(text.slice(end + 1)),
  };
}
