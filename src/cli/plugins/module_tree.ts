/** The modules of a plugin as a tree of imports. @module */

import type { PluginModule } from "../../host/mod.ts";

/** A line of the tree. */
export interface TreeLine {
  /** The branches in front of the module. */
  readonly branch: string;
  readonly module: PluginModule;
  /** Whether it stands further up already, with what it imports. */
  readonly isAgain: boolean;
}

/** From the first module down; modules that nothing leads to follow. */
export function moduleTree(modules: readonly PluginModule[]): TreeLine[] {
  const byUrl = new Map(modules.map((module) => [module.url, module]));
  const lines: TreeLine[] = [];
  const seen = new Set<string>();
  const walk = (module: PluginModule, branch: string, indent: string) => {
    const isAgain = seen.has(module.url);
    lines.push({ branch, module, isAgain });
    if (isAgain) return;
    seen.add(module.url);
    const children = module.imports.flatMap((url) => byUrl.get(url) ?? []);
    children.forEach((child, i) => {
      const isLast = i === children.length - 1;
      walk(child, `${indent}${isLast ? "└─" : "├─"} `, `${indent}${isLast ? "   " : "│  "}`);
    });
  };
  for (const module of modules) if (!seen.has(module.url)) walk(module, "", "");
  return lines;
}
