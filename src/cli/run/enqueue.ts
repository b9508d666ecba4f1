/** `nuvom enqueue` @module */

import type { CommandContext, Run } from "../command.ts";
import type { enqueue } from "../commands/enqueue.ts";
import { enqueueLines } from "../enqueue_lines.ts";
import { missingPositional, usage } from "../errors.ts";
import { jsonProblem } from "../json_place.ts";
import { outlivingClient } from "../outliving_client.ts";
import { withEngine } from "../project.ts";
import { receiptJson } from "../receipt_json.ts";
import { taskNamed } from "../task_lookup.ts";

type Context = CommandContext<(typeof enqueue)["options"]>;

/** One job, or a job for each line of `--from`. */
export const run: Run<typeof enqueue> = (context) => {
  const { from } = context.options;
  if (from === undefined) return enqueueOne(context);
  refuseOthers(context);
  return withEngine(context, (engine) => enqueueLines(context, engine, from));
};

function enqueueOne(context: Context): Promise<number> {
  const { args: [name, text = "[]"], options: { queue, priority, delay, unique }, io, json } = context;
  if (name === undefined) {
    const doc = "the name of a task; or read jobs with --from FILE.";
    throw missingPositional("enqueue", { name: "TASK", required: true, doc });
  }
  const args = checkedArgs(text);
  return withEngine(context, async (engine) => {
    const task = taskNamed(name, await engine.tasks());
    const overrides = { queue, priority, delayMs: delay, uniqueKey: unique };
    const [receipt] = await (await outlivingClient(engine, io)).enqueue([{ task, args, overrides }]);
    io.out.write(`${json ? receiptJson(receipt!) : receipt!.id}\n`);
    if (receipt!.duplicate) {
      io.err.write(`Nothing was added: an unfinished job has the key ${JSON.stringify(unique)}.\n`);
    }
    return 0;
  });
}

/** The text stays as it is: numbers that JSON can write and JavaScript can't hold arrive as they were written. */
function checkedArgs(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const what = `The arguments are not JSON: ${jsonProblem(text, error as SyntaxError)}.`;
    throw usage("NUVOM_ENQUEUE_ARGS", what, "Write an array in quotes of the shell: nuvom enqueue TASK '[1, \"a\"]'.");
  }
  if (Array.isArray(value)) return text;
  const wrapped = JSON.stringify([value]);
  throw usage(
    "NUVOM_ENQUEUE_ARGS",
    "The arguments are no JSON array.",
    wrapped.length > 60 ? "Put [ and ] around them." : `For one argument write '${wrapped}'.`,
  );
}

function refuseOthers({ args, options }: Context): void {
  const { queue, priority, delay, unique } = options;
  const given = Object.entries({ queue, priority, delay, unique }).find(([, value]) => value !== undefined)?.[0];
  const other = args[0] !== undefined ? `the argument ${JSON.stringify(args[0])}` : given && `--${given}`;
  if (other === undefined) return;
  throw usage(
    "NUVOM_CLI_ARGUMENT",
    `With --from, every line says its own task and options, so ${other} can't be given as well.`,
    "Leave one of both out.",
  );
}
