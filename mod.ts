/**
 * nuvom as a library: tasks, the client and the worker of a project, without the command line.
 *
 * @example
 * ```ts no-eval
 * import { openProject } from "@nuvom/nuvom";
 *
 * await using project = await openProject({ cwd: "./my-project" });
 * const client = await project.client();
 * console.log(await client.status("01J9Z3QK5T1M6W7X8Y9Z0A1B2C"));
 * ```
 * @module
 */

export * from "./src/core/mod.ts";
export * from "./src/engine.ts";
export { loadSettings } from "./src/settings/mod.ts";
