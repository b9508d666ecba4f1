/** `nuvom plugin verify` @module */

import { type VerifiedModule, verifyAll, type VerifyReport } from "../../host/mod.ts";
import type { Run } from "../command.ts";
import type { pluginVerify } from "../commands/plugin_verify.ts";
import { counted } from "../counted.ts";
import { errorText } from "../error_text.ts";
import { errorDocument } from "../job_view.ts";
import { withChange } from "../plugins/change.ts";
import { printJsonLine } from "../print.ts";
import { type Style, styleFor } from "../style.ts";

/** Prints what is not as it was locked. */
export const run: Run<typeof pluginVerify> = (context) =>
  withChange(context, async ({ parts, progress }) => {
    const { io, options: { remote }, json } = context;
    const report = await verifyAll(parts, { remote });
    await progress.clear();
    if (json) printJsonLine(io, { event: "result", ...documentOf(report) });
    else io.out.write(reportText(report, remote, styleFor(io.out, io.env)));
    return report.ok ? 0 : 1;
  });

function documentOf({ modules, plugins, ok }: VerifyReport): Readonly<Record<string, unknown>> {
  const told = <T extends VerifyReport["plugins"][number] | VerifiedModule>(one: T) => ({
    ...one,
    problem: one.problem === null ? null : errorDocument(one.problem),
  });
  return { ok, modules: modules.map(told), plugins: plugins.map(told) };
}

function reportText({ modules, plugins, ok }: VerifyReport, remote: boolean, style: Style): string {
  const where = remote ? "the store and at their sources" : "the store";
  const told = modules.filter((module) => differences(module).length > 0);
  const bad = modules.filter(({ stored, source }) => !stored || source === "changed").length;
  const silent = modules.filter(({ source }) => source === "unreachable").length;
  const counts = [
    ...(bad > 0 ? [`${bad} not as locked`] : []),
    ...(silent > 0 ? [`${silent} could not be asked for`] : []),
  ];
  return [
    ...told.map((module) => `${style.red(module.url)}\n${differences(module).map((text) => `  ${text}\n`).join("")}`),
    ...plugins.map(({ specifier, problem }) => `${style.red(specifier)}\n  ${errorText(problem)}\n`),
    `${counted(modules.length, "module")} looked at in ${where}: ${counts.join(", ") || "all as locked"}.\n`,
    ...(!remote && bad > 0 ? [MEND] : []),
    ...(ok || plugins.length === 0 ? [] : [`${counted(plugins.length, "plugin")} can't run as things are.\n`]),
  ].join("");
}

const MEND = "They are fetched when they are next needed, or now by `nuvom plugin verify --remote`.\n";

function differences({ stored, source, sha256, found, problem }: VerifiedModule): string[] {
  const lost = `not in the store, or not as it was locked (sha256 ${sha256})`;
  return [
    ...(stored ? [] : [source === "same" ? `was ${lost}; it was fetched again` : lost]),
    ...(source === "changed" ? [`changed at its source: locked sha256 ${sha256}, now ${found}`] : []),
    ...(source === "unreachable" ? [errorText(problem!)] : []),
  ];
}
