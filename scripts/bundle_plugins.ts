/**
 * Makes of each first-party plugin one self-contained file, `dist/plugins/NAME.js`, which the executable embeds as
 * `nuvom:NAME`.
 * @module
 */

import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { loadGraph } from "../src/loader/mod.ts";
import { notSelfContained } from "./errors.ts";
import { runCommand, TRUST_MACHINE } from "./run_command.ts";

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
  // Not minified: Deno 2.7 then leaves a `require` in it that knows no built-in module.
  const flags = ["--quiet", `--config=${ROOT}deno.json`, "--frozen", "--platform=deno", "--external=nuvom"];
  const text = await runCommand([Deno.execPath(), "bundle", ...flags, entry], {
    cwd: ROOT,
    env: TRUST_MACHINE,
    mend: "Mend the plugin, or run `deno install` when the lock file is out of date.",
  });
  await Deno.writeTextFile(file, text.replaceAll(await npmFolder(), "npm:"));
  await checkSelfContained(name, file);
}

/** Bundles name the modules in them by their paths from here: where npm packages lie on this machine is nobody's business. */
async function npmFolder(): Promise<RegExp> {
  const info = await runCommand([Deno.execPath(), "info", "--json"], { cwd: ROOT });
  const { npmCache } = JSON.parse(info) as { npmCache: string };
  const path = relative(ROOT, await Deno.realPath(npmCache)).replaceAll("\\", "/");
  return new RegExp(`${path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}/[^/\\s"]+/`, "g");
}

/** Takes the bundle the way that every plugin takes, which refuses what a realm would not run. */
async function checkSelfContained(name: string, file: string): Promise<void> {
  const url = pathToFileURL(file).href;
  const graph = await loadGraph([url], { root: file.slice(0, file.lastIndexOf("/")) });
  const left = [...graph.modules.get(url)!.imports].filter(([, { kind }]) => kind !== "ready").map(([site]) => site);
  if (left.length > 0) throw notSelfContained(name, left);
}

if (import.meta.main) console.log(`bundled: ${(await bundlePlugins()).join(", ")}`);
