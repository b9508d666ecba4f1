/** What a job told of itself, as commands show it. @module */

import type { JobTrace } from "../core/mod.ts";
import { isoTime, relativeTime } from "./job_view.ts";
import { fieldLines } from "./print.ts";
import type { Style } from "./style.ts";

/** For programs. */
export function traceDetails(trace: JobTrace | null): Readonly<Record<string, unknown>> {
  const progress = trace?.progress ?? null;
  return {
    progress: progress === null ? null : { ...progress, at: isoTime(progress.at) },
    log: (trace?.log ?? []).map((line) => ({ ...line, at: isoTime(line.at) })),
  };
}

/** For people; nothing where there is nothing. */
export function describeTrace(trace: JobTrace | null, now: number, style: Style): string {
  if (trace === null) return "";
  const { progress, log } = trace;
  return [
    ...(progress === null ? [] : [
      `\n${style.bold("Progress")}\n`,
      fieldLines([[
        `${Math.round(progress.value * 100)} %`,
        [progress.note, `attempt ${progress.attempt}, ${relativeTime(progress.at, now)}`]
          .filter((part) => part !== null).join("\n"),
      ]]),
    ]),
    ...(log.length === 0 ? [] : [
      `\n${style.bold("Log")}\n`,
      fieldLines(log.map(({ at, attempt, level, message }) => [
        `${isoTime(at)}  attempt ${attempt}  ${level.toUpperCase()}`,
        message,
      ])),
    ]),
  ].join("");
}
