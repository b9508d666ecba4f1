/**
 * nuvom as a library: tasks, the client and the worker of a project, without the command line.
 *
 * @example
 * ```ts no-eval
 * import { loadSettings, openEngine } from "@nuvom/nuvom";
 *
 * const settings = loadSettings({ cwd: "./my-project", env: Deno.env.toObject() });
 * await using engine = await openEngine({ settings });
 * const client = await engine.client();
 * console.log(await client.status("01J9Z3QK5T1M6W7X8Y9Z0A1B2C"));
 * ```
 * @module
 */

export type { Client, HistoryQuery, Operations, RedriveQuery, RedriveReport } from "./src/client/mod.ts";
export * from "./src/core/mod.ts";
export * from "./src/engine.ts";
export type { Metrics } from "./src/observe/mod.ts";
export type { DiscoveredTask } from "./src/sandbox/mod.ts";
export {
  type LoadedSettings,
  loadSettings,
  type SettingRow,
  type Settings,
  type SettingsSources,
} from "./src/settings/mod.ts";
export type { Worker } from "./src/worker/mod.ts";
