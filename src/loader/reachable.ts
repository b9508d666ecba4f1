/** Which modules of a graph one of its entries brings along. @module */

import { importsOf, moduleAt, type ModuleGraph } from "./graph.ts";
import type { LoadedModule } from "./loaded_module.ts";

/** The entry's module and all that it imports, directly or not; each once. */
export function modulesFrom(graph: ModuleGraph, entry: string): LoadedModule[] {
  const found = new Set([moduleAt(graph, entry, "js")]);
  // A set that grows is walked to its end.
  for (const module of found) for (const { url, type } of importsOf(module)) found.add(moduleAt(graph, url, type));
  return [...found];
}
