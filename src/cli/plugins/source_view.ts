/** A plugin that may be added, as it is shown before anyone consents. @module */

import type { InspectedPlugin } from "../../host/mod.ts";
import { byteSize } from "../byte_size.ts";
import { counted } from "../counted.ts";
import { permissionText } from "../plugin_view.ts";
import { fieldLines } from "../print.ts";
import type { Style } from "../style.ts";
import { printableLine } from "../text.ts";

/** What it is, where its code comes from, and what it asks for. */
export function sourceText(plugin: InspectedPlugin, { bold }: Style): string {
  const { metadata: { name, version, provides, requires }, specifier, module, finalUrl, modules, bytes, asked } =
    plugin;
  return `${bold(printableLine(name))}${version === null ? "" : ` ${printableLine(version)}`}\n` + fieldLines([
    ["from", specifier],
    ["found at", finalUrl === module ? null : finalUrl],
    ["code", `${counted(modules.length, "module")}, ${byteSize(bytes)}`],
    ["hosts", hostsText(modules)],
    ["provides", provides.join(", ")],
    ["requires", requires.length === 0 ? null : requires.join(", ")],
    ["asks for", permissionText(asked)],
  ]);
}

/** For programs. */
export function sourceDocument({ metadata, ...plugin }: InspectedPlugin): Readonly<Record<string, unknown>> {
  const { name, version, provides, requires } = metadata;
  const { specifier, module, finalUrl, modules, bytes, asked } = plugin;
  return { name, version, provides, requires, specifier, module, finalUrl, modules, bytes, asked };
}

/** Null where all of it is the project's own. */
function hostsText(modules: InspectedPlugin["modules"]): string | null {
  const counts = new Map<string, number>();
  for (const { url } of modules) counts.set(placeOf(url), (counts.get(placeOf(url)) ?? 0) + 1);
  if ([...counts.keys()].every((place) => !place.includes("://"))) return null;
  return [...counts].map(([place, count]) => `${place} (${counted(count, "module")})`).join("\n");
}

function placeOf(url: string): string {
  if (url.startsWith("file:")) return "this project";
  return url.startsWith("nuvom:") ? "this nuvom" : new URL(url).origin;
}
