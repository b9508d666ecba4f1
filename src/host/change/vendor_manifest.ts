/** The manifest of a copy: it names the files in place of the URLs, and gives them no more than before. @module */

import { parse } from "@std/toml";
import { isRemote } from "../../loader/mod.ts";
import { editManifest } from "../manifest_edit.ts";
import { moduleInManifest } from "../paths.ts";
import { resolveSpecifier } from "../specifier.ts";
import { isRemoteText, readRemoteUrl } from "../remote_text.ts";
import type { TomlTable } from "../toml_value.ts";
import { tableIn } from "./add_plugin.ts";
import type { ProjectState } from "./change_project.ts";

/** @param pathOf The path in the copy of a module from a URL. */
export async function vendoredManifest(
  { manifest, manifestText, lock }: Pick<ProjectState, "manifest" | "manifestText" | "lock">,
  pathOf: (url: string) => string,
): Promise<string> {
  const { folder } = manifest;
  const data = parse(manifestText) as TomlTable;
  const moved = await movedSpecifiers(data, folder, pathOf);
  return editManifest(manifestText, (wanted) => {
    for (const [capability, list] of Object.entries(tableIn(wanted, "plugins"))) {
      tableIn(wanted, "plugins")[capability] = (list as string[]).map((specifier) => moved.get(specifier) ?? specifier);
    }
    const tasks = tableIn(wanted, "tasks");
    if (Array.isArray(tasks.modules)) {
      tasks.modules = (tasks.modules as string[]).map((text) => moved.get(text) ?? text);
    }
    const sections = tableIn(wanted, "plugin");
    for (const [name, section] of Object.entries(sections) as [string, TomlTable][]) {
      const source = manifest.sections.get(name)?.source;
      if (source !== undefined) {
        section.source = isRemote(source) ? `./${pathOf(source)}` : moduleInManifest(source, folder);
      }
      delete section.imports;
    }
    // Files of a project run in a thread of the worker, if nothing else is written; code from URLs does not.
    for (const name of Object.keys(lock.plugins)) tableIn(sections, name).isolation ??= "process";
  }, manifest.path);
}

/** What has to be written in place of a specifier: URLs, and files that are named by where the project lies. */
async function movedSpecifiers(
  data: TomlTable,
  folder: string,
  pathOf: (url: string) => string,
): Promise<ReadonlyMap<string, string>> {
  const moved = new Map<string, string>();
  for (const specifier of Object.values((data.plugins ?? {}) as Record<string, string[]>).flat()) {
    const { module, exportName } = await resolveSpecifier(specifier, folder, null);
    const hash = exportName === null ? "" : `#${exportName}`;
    if (isRemote(module)) moved.set(specifier, `./${pathOf(module)}${hash}`);
    else if (/^(file:|\/)/.test(specifier)) moved.set(specifier, `${moduleInManifest(module, folder)}${hash}`);
  }
  for (const text of ((data.tasks as TomlTable | undefined)?.modules ?? []) as string[]) {
    if (isRemoteText(text)) moved.set(text, `./${pathOf(readRemoteUrl(text, null))}`);
  }
  return moved;
}
