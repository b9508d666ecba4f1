/** Runs the escape list against the realms that plugins would get. @module */

import type { Engine } from "../../engine.ts";
import { tryEscapes } from "../../host/escape/mod.ts";
import type { SandboxReport } from "./sandbox_report.ts";

/**
 * One plugin: loaded, which tells its isolation and its grant, and not started.
 *
 * @param target A name of the manifest, or a specifier.
 * @throws {NuvomError} what is wrong with the plugin.
 */
export async function testSandbox(
  engine: Engine,
  target: string,
  report: SandboxReport,
  signal: AbortSignal,
): Promise<void> {
  const { metadata, isolation, grant, memoryMb } = await engine.openPlugin(target);
  const tested = { plugin: metadata.name, isolation };
  report.begin(tested);
  for await (const row of tryEscapes({ isolation, grant, memoryMb })) {
    if (signal.aborted) return;
    report.add(tested, row);
  }
}
