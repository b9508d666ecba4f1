/** Copies a project with all that it runs from URLs, so that it runs without a network and without a lock. @module */

import { dirname, fromFileUrl } from "@std/path";
import { NuvomError } from "../../core/mod.ts";
import { isRemote, type ModuleGraph } from "../../loader/mod.ts";
import { CodeLoader } from "../code_loader.ts";
import { findTaskUrls } from "../find_task_modules.ts";
import { EMPTY_LOCK } from "../lock.ts";
import type { Manifest } from "../manifest.ts";
import { isInside, pathInManifest } from "../paths.ts";
import { readManifest } from "../read_manifest.ts";
import { readProject } from "./change_project.ts";
import { vendorFolder } from "./errors.ts";
import { type ChangeParts, fetching } from "./parts.ts";
import { isSystemError } from "../system_error.ts";
import { importsOf } from "./relock.ts";
import { vendoredManifest } from "./vendor_manifest.ts";
import { writeConfig } from "./vendor_config.ts";
import { vendorMap } from "./vendor_map.ts";
import { VENDOR, vendorPaths } from "./vendor_names.ts";

/** What was written. */
export interface VendorReport {
  readonly folder: string;
  /** Absolute path of the manifest of the copy. */
  readonly manifest: string;
  /** Modules from URLs, by where they are now, relative to the folder. */
  readonly modules: readonly { readonly url: string; readonly path: string; readonly bytes: number }[];
  /** Files of the project that were copied, relative to its folder. */
  readonly files: readonly string[];
}

/**
 * All of it comes from the lock and the store. What the project reads at run time (`.env`, data) is not copied.
 *
 * @param folder Absolute path; it must not exist, or be empty.
 * @throws {NuvomError} `NUVOM_VENDOR_…`, `NUVOM_LOCK_…`, `NUVOM_LOADER_…`, `NUVOM_FETCH_…`; nothing is written then.
 */
export async function vendorAll(parts: ChangeParts, folder: string): Promise<VendorReport> {
  await refuseFull(folder);
  const { manifest, manifestText, lock } = await readProject(parts);
  const code = new CodeLoader(parts.settings.values, lock);
  await using network = code.openNetwork(parts.signal);
  const locked = code.locked(network);
  const graphs = await loadAll(manifest, code, parts);
  const remote = new Map(
    graphs.flatMap((graph) => [...graph.modules.values()]).filter(({ url }) => isRemote(url))
      .map((module) => [module.url, module]),
  );
  const paths = vendorPaths([...remote.values()]);
  const pathOf = (url: string) => paths.get(graphs.map(({ redirects }) => redirects.get(url)).find(Boolean) ?? url)!;
  const files = localFiles(graphs, manifest.folder);
  const temporary = `${folder}.${crypto.randomUUID()}`;
  try {
    for (const url of remote.keys()) {
      await put(`${temporary}/${paths.get(url)!}`, await (await locked.load(url, [])).read());
    }
    for (const file of files) await put(`${temporary}/${file}`, await Deno.readFile(`${manifest.folder}/${file}`));
    // Whatever the project says of its own files, these are ES modules.
    await put(`${temporary}/${VENDOR}/package.json`, new TextEncoder().encode('{ "type": "module" }\n'));
    await writeConfig(temporary, manifest.folder, vendorMap(graphs, paths));
    const text = await vendoredManifest({ manifest, manifestText, lock }, pathOf);
    await Deno.writeTextFile(`${temporary}/.nuvom_plugins.toml`, text);
    await tryOut(temporary, parts);
    await Deno.remove(folder).catch(() => {});
    await Deno.rename(temporary, folder);
  } catch (error) {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
    if (error instanceof NuvomError || !isSystemError(error)) throw error;
    throw vendorFolder(folder, `can't be written: ${error.message}`);
  }
  return {
    folder,
    manifest: `${folder}/.nuvom_plugins.toml`,
    modules: [...remote.values()].map(({ url, bytes }) => ({ url, path: paths.get(url)!, bytes })),
    files,
  };
}

async function refuseFull(folder: string): Promise<void> {
  try {
    for await (const _ of Deno.readDir(folder)) throw vendorFolder(folder, "is not empty");
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) throw vendorFolder(folder, "is a file");
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function loadAll(manifest: Manifest, code: CodeLoader, parts: ChangeParts): Promise<ModuleGraph[]> {
  const graphs: ModuleGraph[] = [];
  for (const entry of manifest.plugins) {
    const options = {
      root: manifest.folder,
      imports: importsOf(entry, manifest),
      onProgress: fetching(parts, entry.specifier),
    };
    graphs.push(await code.load([entry.module], options));
  }
  const tasks = await findTaskUrls(manifest);
  if (tasks.length > 0) {
    graphs.push(await code.load(tasks, { root: manifest.folder, onProgress: fetching(parts, "[tasks]") }));
  }
  return graphs;
}

/** Modules, and what says what their imports mean; relative to the folder, sorted. */
function localFiles(graphs: readonly ModuleGraph[], folder: string): string[] {
  const modules = graphs.flatMap(({ modules }) => [...modules.values()]).filter(({ url }) => url.startsWith("file:"))
    .map(({ url }) => fromFileUrl(url));
  const inputs = graphs.flatMap(({ inputs }) => [...inputs]).flatMap(([path, hash]) => hash === null ? [] : [path]);
  const inside = [...modules, ...inputs].filter((path) => isInside(path, folder));
  return [...new Set(inside.map((path) => pathInManifest(path, folder).slice(2)))].sort();
}

/** With an empty lock nothing but files can be loaded. */
async function tryOut(copy: string, parts: ChangeParts): Promise<void> {
  const manifest = await readManifest(`${copy}/.nuvom_plugins.toml`);
  await loadAll(manifest, new CodeLoader({ ...parts.settings.values, offline: true }, EMPTY_LOCK), parts);
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeFile(path, bytes);
}
