/** `nuvom plugin grant` @module */

import { grantCommand, grantPlugin, type GrantReport } from "../../host/mod.ts";
import type { CommandContext, Run } from "../command.ts";
import type { pluginGrant } from "../commands/plugin_grant.ts";
import { missingPositional, usage } from "../errors.ts";
import { withChange } from "../plugins/change.ts";
import { givenGrant } from "../plugins/given_grant.ts";
import { permissionText } from "../plugin_view.ts";
import { printJsonLine } from "../print.ts";

type Context = CommandContext<(typeof pluginGrant)["options"]>;

/** Writes the grant, and says what is missing still. */
export const run: Run<typeof pluginGrant> = (context) => {
  const { io, options, json } = context;
  const name = targetOf(context);
  const given = givenGrant(options, io.cwd);
  return withChange(context, async ({ parts, progress }) => {
    const report = await grantPlugin(parts, name, given);
    await progress.clear();
    if (json) printJsonLine(io, { event: "result", ...report });
    else io.out.write(reportText(report));
    return 0;
  });
};

/** Null: the task modules. */
function targetOf({ args: [name], options: { tasks } }: Context): string | null {
  if (name === undefined && !tasks) {
    const doc = "the name of a plugin; or say --tasks.";
    throw missingPositional("plugin grant", { name: "NAME", required: true, doc });
  }
  if (name === undefined) return null;
  if (!tasks) return name;
  throw usage(
    "NUVOM_CLI_ARGUMENT",
    `Permissions are granted to one at a time, but --tasks and ${JSON.stringify(name)} were given.`,
    "Leave one of both out.",
  );
}

function reportText({ name, after, missing, changed }: GrantReport): string {
  const who = name ?? "the task modules";
  const first = `Granted to ${who} ${changed ? "now" : "already"}: ${permissionText(after)}.\n`;
  if (missing === null) return first;
  return `${first}It asks for more (${permissionText(missing)}). To grant that, too:\n\n  ${
    grantCommand(name, missing)
  }\n`;
}
