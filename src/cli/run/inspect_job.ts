/** `nuvom inspect job` @module */

import { type AttemptError, formatDuration, type JobRecord } from "../../core/mod.ts";
import type { Run } from "../command.ts";
import type { inspectJob } from "../commands/inspect_job.ts";
import { errorText, wholeErrorText } from "../error_text.ts";
import { jobOrNotFound } from "../job_lookup.ts";
import { isoTime, jobDetails, relativeTime, statePaint } from "../job_view.ts";
import { fieldLines, printJson } from "../print.ts";
import { withEngine } from "../project.ts";
import { type Style, styleFor } from "../style.ts";
import { printableLine } from "../text.ts";
import { describeTrace, traceDetails } from "../trace_view.ts";

/** Prints all that is kept of a job. */
export const run: Run<typeof inspectJob> = (context) =>
  withEngine(context, async (engine) => {
    const { io, args, json } = context;
    const job = await jobOrNotFound(engine, args[0]!);
    const trace = await (await engine.client()).operations.trace(job.id);
    const style = styleFor(io.out, io.env);
    if (json) printJson(io, { ...jobDetails(job), ...traceDetails(trace) });
    else io.out.write(describe(job, io.clock.now(), style) + describeTrace(trace, io.clock.now(), style));
    return 0;
  });

function describe(job: JobRecord, now: number, style: Style): string {
  const time = (at: number | null) => at === null ? null : `${isoTime(at)} (${relativeTime(at, now)})`;
  const { id, task, state, error, errors } = job;
  return [
    `${printableLine(id)}  ${style.bold(printableLine(task))}  ${statePaint(state, style)(state)}\n`,
    fieldLines([
      ["queue", `${job.queue}, priority ${job.priority}`],
      ["attempts", `${job.attempts} of ${job.maxAttempts}`],
      ["backoff", job.maxAttempts > 1 ? `from ${formatDuration(job.retryDelayMs)}` : null],
      ["timeout", job.timeoutMs === 0 ? "none" : `${formatDuration(job.timeoutMs)}, then ${job.timeoutPolicy}`],
      ["lost leases", job.losses === 0 ? null : String(job.losses)],
      ["unique key", job.uniqueKey],
      ["created", time(job.createdAt)],
      ["due", job.runAt === job.createdAt ? null : time(job.runAt)],
      ["started", time(job.startedAt)],
      ["ended", time(job.finishedAt)],
      ["ran for", ranFor(job)],
      ["worker", job.workerId],
      ["arguments", job.args],
      ["result", job.storeResult ? job.result : "not kept (storeResult of the task)"],
    ]),
    ...(error === null ? [] : [`\n${style.bold("Error")}\n`, fieldLines([["", wholeErrorText(error)]])]),
    ...(errors.length === 0
      ? []
      : [`\n${style.bold("Errors of attempts")}\n`, fieldLines(errors.map(attemptField(now)))]),
  ].join("");
}

function ranFor({ startedAt, finishedAt }: JobRecord): string | null {
  return startedAt === null || finishedAt === null ? null : formatDuration(Math.max(0, finishedAt - startedAt));
}

function attemptField(now: number): (attempt: AttemptError) => [string, string] {
  return ({ attempt, at, outcome, error }) => [
    `attempt ${attempt}`,
    `${outcome}, ${isoTime(at)} (${relativeTime(at, now)})\n${errorText(error)}`,
  ];
}
