/**
 * `deno task test`: runs all tests, or those that its arguments name, then lists the ones that were left out and why.
 * The last line counts: `275 passed, 0 failed, 2 skipped`.
 * @module
 */

import { bundlePlugins } from "./bundle_plugins.ts";
import { readReport, summary } from "./test_report.ts";

// Tests that name a plugin inside nuvom find its bundle.
await bundlePlugins();

const child = new Deno.Command(Deno.execPath(), {
  args: ["test", "--allow-all", "--no-prompt", "--parallel", ...Deno.args],
  cwd: new URL("../", import.meta.url),
  env: { NO_COLOR: "1" },
  stdin: "null",
  stdout: "piped",
}).spawn();
const report = await readReport(child.stdout, (line) => console.log(line));
const { success } = await child.status;
const { lines, failed } = summary(report, success);
for (const line of lines) console.log(line);
if (failed > 0) Deno.exit(1);
