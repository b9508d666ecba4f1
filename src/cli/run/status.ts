/** `nuvom status` @module */

import type { Run } from "../command.ts";
import type { status } from "../commands/status.ts";
import { errorText } from "../error_text.ts";
import { jobDocument, relativeTime, statePaint } from "../job_view.ts";
import { jobOrNotFound } from "../job_lookup.ts";
import { fieldLines, printJson } from "../print.ts";
import { withEngine } from "../project.ts";
import { styleFor } from "../style.ts";
import { printableLine } from "../text.ts";

/** Prints the short form of a job. */
export const run: Run<typeof status> = (context) =>
  withEngine(context, async (engine) => {
    const { io, args, json } = context;
    const job = await jobOrNotFound(engine, args[0]!);
    if (json) {
      printJson(io, jobDocument(job));
      return 0;
    }
    const now = io.clock.now();
    const { id, task, state, attempts, maxAttempts, finishedAt, startedAt, runAt } = job;
    const style = styleFor(io.out, io.env);
    io.out.write(`${printableLine(id)}  ${style.bold(printableLine(task))}  ${statePaint(state, style)(state)}\n`);
    io.out.write(fieldLines([
      ["attempts", `${attempts} of ${maxAttempts}`],
      ["due", state === "SCHEDULED" ? relativeTime(runAt, now) : null],
      ["started", state === "RUNNING" && startedAt !== null ? relativeTime(startedAt, now) : null],
      ["ended", finishedAt === null ? null : relativeTime(finishedAt, now)],
      ["result", job.result],
      ["error", job.error === null ? null : errorText(job.error)],
      ["last error", job.error === null && job.errors.length > 0 ? errorText(job.errors.at(-1)!.error) : null],
    ]));
    return 0;
  });
