/** `nuvom plugin test` @module */

import type { Run } from "../command.ts";
import type { testPlugin as record } from "../commands/test_plugin.ts";
import { openReport } from "../conformance/report.ts";
import { sandboxReport } from "../conformance/sandbox_report.ts";
import { testPlugin } from "../conformance/test_plugin.ts";
import { testSandbox } from "../conformance/test_sandbox.ts";
import { withEngine } from "../project.ts";

/** One plugin, or all of the manifest. */
export const run: Run<typeof record> = (context) =>
  withEngine(context, async (engine, signal) => {
    const { io, args, options: { destructive, sandbox }, json } = context;
    const began = performance.now();
    const targets = args.length > 0 ? args : (await engine.plugins()).map(({ name, specifier }) => name ?? specifier);
    if (targets.length === 0) io.err.write(`${engine.manifest.path} names no plugins under [plugins].\n`);
    if (sandbox) {
      const report = sandboxReport(io, json);
      for (const target of targets) await testSandbox(engine, target, report, signal);
      report.end(performance.now() - began);
      return report.open > 0 || signal.aborted ? 1 : 0;
    }
    const report = openReport(io, json);
    for (const target of targets) {
      for await (const step of testPlugin(engine, target, destructive)) {
        // What fails after an interrupt fails by it.
        if (signal.aborted) return 1;
        report.add(step);
      }
    }
    report.end(performance.now() - began);
    return report.failed > 0 ? 1 : 0;
  });
