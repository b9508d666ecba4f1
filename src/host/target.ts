/** Which plugin someone means who names one on a command line. @module */

import { dirname } from "@std/path";
import { pluginUnknown } from "./errors.ts";
import { examineAlone, type ExaminedPlugin, type ExamineSources } from "./examine.ts";
import { absolutePath, isInside } from "./paths.ts";
import { isRemoteText } from "./remote_text.ts";
import { resolveSpecifier } from "./specifier.ts";

/** The plugin of that name, or that the manifest writes so; undefined when there is none. */
export function findPlugin(target: string, plugins: readonly ExaminedPlugin[]): ExaminedPlugin | undefined {
  return plugins.find(({ known, section }) => (known?.metadata.name ?? section?.name) === target) ??
    plugins.find(({ entry }) => entry.specifier === target);
}

/**
 * The plugin that `target` means; a path or specifier need not stand in the manifest.
 * @throws {NuvomError} `NUVOM_PLUGIN_UNKNOWN`, `NUVOM_PLUGIN_SPECIFIER`
 */
export async function examineTarget(
  target: string,
  plugins: readonly ExaminedPlugin[],
  sources: ExamineSources,
): Promise<ExaminedPlugin> {
  const found = findPlugin(target, plugins);
  if (found !== undefined) return found;
  const { path, folder } = sources.manifest;
  if (!/[/.:]/.test(target)) throw pluginUnknown(target, namesOf(plugins), path);
  const { specifier, root } = rooted(target, folder);
  const resolved = await resolveSpecifier(specifier, root, null);
  const listed = plugins.find(({ entry }) =>
    entry.module === resolved.module && [null, entry.exportName].includes(resolved.exportName)
  );
  return listed ??
    await examineAlone({ specifier, ...resolved, listedUnder: [], place: target }, root, plugins, sources);
}

/** The names by which plugins can be asked for. */
export function namesOf(plugins: readonly ExaminedPlugin[]): string[] {
  return plugins.flatMap(({ known }) => known === null ? [] : [known.metadata.name]);
}

/** A file outside of the project is a project of its own: its folder. */
function rooted(target: string, folder: string): { specifier: string; root: string } {
  if (!target.includes("/") || target.startsWith("nuvom:") || isRemoteText(target)) {
    return { specifier: target, root: folder };
  }
  const [path, ...rest] = target.split("#");
  const file = absolutePath(path!, folder);
  if (isInside(file, folder)) return { specifier: target, root: folder };
  return { specifier: [file, ...rest].join("#"), root: dirname(file) };
}
