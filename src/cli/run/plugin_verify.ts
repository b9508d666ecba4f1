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
    progress.clear();
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
  const bad = modules.filter((module) => differences(module).length > 0);
  return [
    ...bad.map((module) => `${style.red(module.url)}\n${differences(module).map((text) => `  ${text}\n`).join("")}`),
    ...plugins.map(({ specifier, problem }) => `${style.red(specifier)}\n  ${errorText(problem)}\n`),
    ok
      ? `${counted(modules.length, "module")} looked at in ${where}: all as locked.\n`
      : `${counted(modules.length, "module")} looked at in ${where}: ${bad.length} not as locked.\n`,
  ].join("");
}

function differences({ stored, source, sha256, found, problem }: VerifiedModule): string[] {
  return [
    ...(stored ? [] : [`not in the store, or not as it was locked (sha256 ${sha256})`]),
    ...(source === "changed" ? [`changed at its source: locked sha256 ${sha256}, now ${found}`] : []),
    ...(source === "unreachable" ? [`its source could not be asked: ${errorText(problem!)}`] : []),
  ];
}
