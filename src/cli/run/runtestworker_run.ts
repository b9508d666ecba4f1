/** `nuvom runtestworker run` @module */

import { resolve } from "@std/path";
import { type AttemptEnd, type EnqueueOrder, formatDuration, type Outcome } from "../../core/mod.ts";
import type { Engine } from "../../engine.ts";
import type { Run } from "../command.ts";
import type { runtestworkerRun } from "../commands/runtestworker_run.ts";
import { problem, usage } from "../errors.ts";
import { wholeErrorText } from "../error_text.ts";
import type { Io } from "../io.ts";
import { orderOfLine } from "../job_line.ts";
import { errorDocument } from "../job_view.ts";
import { fieldLines, printJson } from "../print.ts";
import { withEngine } from "../project.ts";
import { type Style, styleFor } from "../style.ts";

/** Settings that keep the job away from the project's own backends. */
const APART = { "queue-backend": "memory", "result-backend": "memory", "workers": 1 } as const;

/** Runs one attempt, in memory. */
export const run: Run<typeof runtestworkerRun> = (context) => {
  const { io, flags, json, options: { input } } = context;
  if (input === undefined) {
    throw usage("NUVOM_CLI_ARGUMENT", "The job is missing.", "Name its file: --input job.json.");
  }
  return withEngine({ io, flags: { ...flags, ...APART } }, async (engine) => {
    const { task, args, overrides } = orderOfLine(await textOf(io, input), await engine.tasks());
    const end = await runAttempt(engine, { task: { ...task, retries: 0 }, args, overrides: { id: overrides?.id } });
    if (json) printJson(io, documentOf(end));
    else io.out.write(describe(end, styleFor(io.out, io.env)));
    return end.outcome.kind === "success" ? 0 : 1;
  });
};

async function runAttempt(engine: Engine, order: EnqueueOrder): Promise<AttemptEnd> {
  const worker = await engine.worker({ plugins: false });
  const [receipt] = await (await engine.client()).enqueue([order]);
  const ended = Promise.withResolvers<AttemptEnd>();
  const forget = engine.bus.on("attempts.ended", ({ ends }) => {
    const end = ends.find(({ job }) => job.id === receipt!.id);
    if (end !== undefined) ended.resolve(end);
  });
  try {
    await worker.start();
    return await ended.promise;
  } finally {
    forget();
    await worker.stop({ graceMs: 0 });
  }
}

async function textOf(io: Io, input: string): Promise<string> {
  if (input === "-") return await new Response(io.stdin()).text();
  try {
    return await Deno.readTextFile(resolve(io.cwd, input));
  } catch (error) {
    const notFound = error instanceof Deno.errors.NotFound;
    const what = notFound
      ? `There is no file ${input}.`
      : `The file ${input} can't be read: ${(error as Error).message.replace(/\.$/, "")}.`;
    throw problem("NUVOM_INPUT_FILE", notFound ? 4 : 1, what, "Check the path and its permissions.");
  }
}

function documentOf({ job, outcome, durationMs }: AttemptEnd): Readonly<Record<string, unknown>> {
  return {
    id: job.id,
    task: job.task,
    outcome: outcome.kind,
    durationMs: Math.round(durationMs),
    result: resultOf(outcome),
    error: "error" in outcome ? errorDocument(outcome.error) : null,
  };
}

function describe({ job, outcome, durationMs }: AttemptEnd, style: Style): string {
  const paint = outcome.kind === "success" ? style.green : style.red;
  return `${style.bold(job.task)}  ${paint(outcome.kind)} after ${formatDuration(durationMs)}\n${
    fieldLines([
      ["result", outcome.kind === "success" ? outcome.result ?? "nothing" : null],
      ["again in", outcome.kind === "snoozed" ? formatDuration(outcome.delayMs) : null],
      ["error", "error" in outcome ? wholeErrorText(outcome.error) : null],
    ])
  }`;
}

function resultOf(outcome: Outcome): unknown {
  return outcome.kind === "success" && outcome.result !== null ? JSON.parse(outcome.result) : null;
}
