/** `nuvom history recent` @module */

import { type FinalState, type FinishedJob, formatDuration } from "../../core/mod.ts";
import type { Run } from "../command.ts";
import type { historyRecent } from "../commands/history_recent.ts";
import { errorText } from "../error_text.ts";
import { finishedFilter } from "../finished_filter.ts";
import { jobDocument, relativeTime, statePaint } from "../job_view.ts";
import { printJson } from "../print.ts";
import { withEngine } from "../project.ts";
import { type Style, styleFor } from "../style.ts";
import { type Cell, textTable } from "../text_table.ts";

const HEAD = ["ID", "TASK", "STATE", "ATTEMPTS", "ENDED", "RAN FOR", "RESULT OR ERROR"] as const;

const LONGEST_CELL = 500;

/** Prints the jobs that ended last. */
export const run: Run<typeof historyRecent> = (context) =>
  withEngine(context, async (engine) => {
    const { io, options: { limit, status, ...options }, json } = context;
    const client = await engine.client();
    const states = status === undefined ? {} : { states: [status as FinalState] };
    const filter = finishedFilter(options, io.clock.now());
    const jobs = await client.history({ limit, ...states, ...filter });
    const style = styleFor(io.out, io.env);
    if (json) printJson(io, jobs.map(jobDocument));
    else if (jobs.length === 0) io.err.write(`${nothingFound(status, Object.keys(filter).length > 0)}\n`);
    else {
      const rows = jobs.map((job) => row(job, io.clock.now(), style));
      io.out.write(textTable({ head: HEAD, rows, columns: io.out.columns, headPaint: style.dim }));
    }
    return 0;
  });

function nothingFound(status: string | undefined, filtered: boolean): string {
  const ended = status === undefined ? "has ended" : `has ended as ${status}`;
  return filtered ? `No job of those ${ended}.` : `No job ${ended} yet.`;
}

function row(job: FinishedJob, now: number, style: Style): Cell[] {
  const { id, task, state, attempts, maxAttempts, startedAt, finishedAt, result, error } = job;
  return [
    id,
    task,
    { text: state, paint: statePaint(state, style) },
    `${attempts} of ${maxAttempts}`,
    relativeTime(finishedAt, now),
    startedAt === null ? "" : formatDuration(Math.max(0, finishedAt - startedAt)),
    short(error === null ? result ?? "" : errorText(error)),
  ];
}

/** A table is as wide as its widest cell: a result of a megabyte belongs to `nuvom inspect job`. */
function short(text: string): string {
  return text.length <= LONGEST_CELL ? text : `${text.slice(0, LONGEST_CELL)}…`;
}
