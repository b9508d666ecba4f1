/** What a specifier of `[plugins]` means. @module */

import { fromFileUrl } from "@std/path";
import { badSpecifier } from "./manifest_errors.ts";
import { absolutePath, isInside, pathInManifest, toFileUrl } from "./paths.ts";
import { isRemoteText, readRemoteUrl } from "./remote_text.ts";

/** A module, and the export of it that is meant. */
export interface ResolvedSpecifier {
  /** `file:` or `https:` URL, or `nuvom:NAME` for a plugin inside the executable. */
  readonly module: string;
  /** Null: the default export, else the only one with the shape of a plugin. */
  readonly exportName: string | null;
}

const FORMS =
  'Write "plugins.my_queue:MyPlugin", "./plugins/my_queue.ts#MyPlugin", "https://host/mod.ts#MyPlugin" or ' +
  '"nuvom:prometheus".';
/** Of the file of a dotted specifier, in the order in which they are tried. */
const ENDINGS = [".ts", ".js", ".mjs"];

/**
 * Resolves a specifier. Only the dotted form looks at the disk.
 *
 * @param folder Of the manifest: what relative paths are relative to, and where files must lie.
 * @param place Where it is written, for messages; null when that is not a manifest.
 * @throws {NuvomError} `NUVOM_PLUGIN_SPECIFIER`, `NUVOM_FETCH_URL`, `NUVOM_FETCH_SCHEME`
 */
export async function resolveSpecifier(
  specifier: string,
  folder: string,
  place: string | null,
): Promise<ResolvedSpecifier> {
  const refuse = (problem: string, mend = FORMS): never => {
    throw badSpecifier(place, specifier, problem, mend);
  };
  if (specifier.startsWith("nuvom:")) return embedded(specifier, refuse);
  if (isRemoteText(specifier)) {
    const [url, exportName] = splitExport(specifier, refuse);
    return { module: readRemoteUrl(url, place), exportName };
  }
  if (specifier.startsWith("file:")) return fromUrl(specifier, folder, refuse);
  if (/^(npm|jsr|node|data|blob):/.test(specifier)) return refuse("has a scheme that plugins do not come from");
  if (specifier.includes("/")) return fromPath(specifier, folder, refuse);
  return await dotted(specifier, folder, refuse);
}

type Refuse = (problem: string, mend?: string) => never;

function embedded(specifier: string, refuse: Refuse): ResolvedSpecifier {
  const [name, exportName] = splitExport(specifier.slice("nuvom:".length), refuse);
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(name)) return refuse("names no plugin inside the executable");
  return { module: `nuvom:${name}`, exportName };
}

function fromUrl(specifier: string, folder: string, refuse: Refuse): ResolvedSpecifier {
  const [url, exportName] = splitExport(specifier, refuse);
  const path = /^file:\/\/\/(?!\/)[^?]*$/.test(url) ? pathOf(url) : null;
  if (path === null || path.includes("\0")) return refuse("is no URL of a file");
  return { module: fileIn(folder, path, refuse), exportName };
}

/** Null for what encodes no text. */
function pathOf(url: string): string | null {
  try {
    return fromFileUrl(url);
  } catch {
    return null;
  }
}

function fromPath(specifier: string, folder: string, refuse: Refuse): ResolvedSpecifier {
  const [path, exportName] = splitExport(specifier, refuse);
  const [, file, colonExport] = /^(.*\.[a-z]+):([\p{ID_Start}$_][\p{ID_Continue}$]*)$/u.exec(path) ?? [];
  if (colonExport !== undefined) return refuse("names its export after a colon", `Write "${file}#${colonExport}".`);
  return { module: fileIn(folder, path, refuse), exportName };
}

async function dotted(specifier: string, folder: string, refuse: Refuse): Promise<ResolvedSpecifier> {
  const [, name = "", exportName = null] = /^([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)(?::(.*))?$/.exec(specifier) ?? [];
  if (name === "") return refuse("is in no form that is known");
  if (/\.[cm]?[jt]sx?$/.test(name)) return refuse("looks like a file", `Write "./${name}", with ./ in front.`);
  if (exportName !== null) checkExport(exportName, refuse);
  const stem = absolutePath(name.replaceAll(".", "/"), folder);
  for (const ending of ENDINGS) {
    if (await isFile(stem + ending)) return { module: toFileUrl(stem + ending), exportName };
  }
  const tried = ENDINGS.map((ending) => pathInManifest(stem + ending, folder));
  return refuse(
    `means a file that does not exist; tried were ${tried.join(", ")}`,
    `Make one of them, or name another file: "./plugins/my_queue.ts#MyPlugin". A plugin inside the executable is ` +
      'written "nuvom:prometheus".',
  );
}

function splitExport(text: string, refuse: Refuse): [name: string, exportName: string | null] {
  const hash = text.indexOf("#");
  if (hash === -1) return [text, null];
  const exportName = text.slice(hash + 1);
  checkExport(exportName, refuse);
  return [text.slice(0, hash), exportName];
}

function checkExport(name: string, refuse: Refuse): void {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) {
    refuse(`names the export ${JSON.stringify(name)}, which can't be the name of one`);
  }
}

function fileIn(folder: string, path: string, refuse: Refuse): string {
  const file = absolutePath(path, folder);
  if (!isInside(file, folder)) {
    return refuse(`lies outside of ${folder}`, "Move or copy the file into the folder of the manifest.");
  }
  return toFileUrl(file);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
