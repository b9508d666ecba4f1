/**
 * Makes of each first-party plugin one self-contained file, `dist/plugins/NAME.js`, which the executable embeds as
 * `nuvom:NAME`.
 * @module
 */

import { fileURLToPath, pathToFileURL } from "node:url";
import { loadGraph } from "../src/loader/mod.ts";
import { denoBundle } from "./deno_bundle.ts";
import { notSelfContained } from "./errors.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Where the bundles go. */
export const BUNDLES: string = `${ROOT}dist/plugins`;

/**
 * Bundles all plugins into a folder; what else it holds is removed.
 *
 * @param source Holds a folder a plugin, with a `mod.ts` in it.
 * @returns the names of the plugins.
 * @throws {NuvomError} `NUVOM_BUILD_…`, `NUVOM_LOADER_…`; the folder is as it was.
 */
export async function bundlePlugins(folder: string = BUNDLES, source: string = `${ROOT}plugins`): Promise<string[]> {
  const folders = [...Deno.readDirSync(source)].filter(({ isDirectory }) => isDirectory);
  const names = folders.map(({ name }) => name).sort();
  await Deno.mkdir(folder, { recursive: true });
  const fresh = await Deno.makeTempDir({ dir: `${folder}/..`, prefix: "plugins-" });
  try {
    for (const name of names) await bundle(name, `${source}/${name}/mod.ts`, `${fresh}/${name}.js`);
    for (const name of names) await Deno.rename(`${fresh}/${name}.js`, `${folder}/${name}.js`);
  } finally {
    await Deno.remove(fresh, { recursive: true });
  }
  for (const { name } of Deno.readDirSync(folder)) {
    if (!names.includes(name.replace(/\.js$/, ""))) await Deno.remove(`${folder}/${name}`, { recursive: true });
  }
  return names;
}

async function bundle(name: string, entry: string, file: string): Promise<void> {
  const mend = "Mend the plugin, or run `deno install` when the lock file is out of date.";
  await denoBundle([entry], [`--output=${file}`, "--external=nuvom"], mend);
  await checkSelfContained(name, file);
}

/** Takes the bundle the way that every plugin takes, which refuses what a realm would not run. */
async function checkSelfContained(name: string, file: string): Promise<void> {
  const url = pathToFileURL(file).href;
  const graph = await loadGraph([url], { root: file.slice(0, file.lastIndexOf("/")) });
  const left = [...graph.modules.get(url)!.imports].filter(([, { kind }]) => kind !== "ready").map(([site]) => site);
  if (left.length > 0) throw notSelfContained(name, left);
}

if (import.meta.main) console.log(`bundled: ${(await bundlePlugins()).join(", ")}`);
