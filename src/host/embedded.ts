/** The plugins inside the executable: one self-contained file each. @module */

import { ROOT } from "../core/root.ts";
import { embeddedUnknown } from "./errors.ts";

const FOLDER = new URL("dist/plugins/", ROOT);

/**
 * The text of `nuvom:NAME`.
 *
 * @param folder Where the bundles are; ends with a slash.
 * @throws {NuvomError} `NUVOM_PLUGIN_EMBEDDED`
 */
export async function embeddedPlugin(name: string, folder: URL = FOLDER): Promise<string> {
  // Anything else would be a path.
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(name)) throw embeddedUnknown(name, await bundles(folder), isSourceRun());
  try {
    return await Deno.readTextFile(new URL(`${name}.js`, folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw embeddedUnknown(name, await bundles(folder), isSourceRun());
    throw error;
  }
}

async function bundles(folder: URL): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.flatMap(({ name }) => name.endsWith(".js") ? [name.slice(0, -".js".length)] : []).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function isSourceRun(): boolean {
  return !Deno.build.standalone;
}
