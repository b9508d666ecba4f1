/** What files of a prepared folder are called, and what their imports say. @module */

import { moduleAt, type ModuleGraph } from "./graph.ts";
import { type LoadedModule, siteKey } from "./loaded_module.ts";
import type { ImportSite } from "./parsed_module.ts";

/**
 * Stands at the end of each file. The runtime follows the last `sourceMappingURL` of a module when it makes a stack
 * trace, whatever its realm may do: it fetches `http:` ones and reads files (seen in Deno 2.7 and 2.9).
 */
export const NO_SOURCE_MAP = "\n//# sourceMappingURL=data:,\n";

/** The name of a module's file in the folder. */
export function fileOf({ url, index }: Pick<LoadedModule, "url" | "index">): string {
  const last = url.split(/[/:]/).at(-1)!.replace(/\.[a-z]+$/i, "").replace(/[^A-Za-z0-9_-]/g, "_");
  // A percent-encoded name may be three times as long as a file system takes.
  return `${index}-${last.slice(0, 80)}.js`;
}

/** What an import says once it is rewritten. */
export function targetOf(
  module: LoadedModule,
  site: Pick<ImportSite, "specifier" | "type">,
  graph: ModuleGraph,
): string {
  const resolution = module.imports.get(siteKey(site))!;
  if (resolution.kind === "refused") throw new TypeError(resolution.message);
  if (resolution.kind === "ready") return resolution.target;
  return `./${fileOf(moduleAt(graph, resolution.url, site.type))}`;
}
