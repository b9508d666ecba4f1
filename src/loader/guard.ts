/** Writes `guard.js`: what dynamic imports and `import.meta` of foreign code become. @module */

import { builtinTarget, REQUIRABLE } from "./builtins.ts";
import { type LoadedModule, type ModuleGraph, siteKey } from "./graph.ts";

/**
 * The guard knows the verified graph and nothing else. Foreign code may have changed every global by the time it is
 * called, so it only reads properties of objects without a prototype, and imports only what stands in its tables.
 */
export function guardSource(graph: ModuleGraph, fileOf: (module: LoadedModule) => string): string {
  const modules = [...graph.modules.values()];
  const files = Object.fromEntries(modules.filter(({ type }) => type === "js").map((m) => [m.url, `./${fileOf(m)}`]));
  const builtins = Object.fromEntries(
    [...REQUIRABLE, "module"].flatMap((name) => [[name, builtinTarget(name)], [`node:${name}`, builtinTarget(name)]]),
  );
  const parts = [
    `const table = (text) => Object.assign(Object.create(null), JSON.parse(text));`,
    `const files = table(${literal(files)});`,
    `const ready = table(${literal({ ...builtins, nuvom: "./nuvom.js", "@nuvom/nuvom/plugin": "./nuvom.js" })});`,
    `const TypeErrorHere = TypeError, URLHere = URL, freeze = Object.freeze;`,
    `function lookUp(known, base, specifier) {`,
    `  if (known[specifier] !== undefined) return known[specifier];`,
    `  if (ready[specifier] !== undefined) return ready[specifier];`,
    `  let url; try { url = "" + new URLHere(specifier, base).href; } catch { url = specifier; }`,
    `  return files[url];`,
    `}`,
    `async function load(known, base, given) {`,
    `  const specifier = "" + given;`,
    `  const file = lookUp(known, base, specifier);`,
    `  if (file === undefined) {`,
    `    const error = new TypeErrorHere("The import of " + specifier + " from " + base + " is refused: it is not part of` +
    ` the verified modules. Import it by a literal specifier.");`,
    `    error.code = "NUVOM_LOADER_IMPORT_REFUSED";`,
    `    throw error;`,
    `  }`,
    `  return await import(file);`,
    `}`,
    `const metaOf = (url, filename) => freeze({ url, filename, dirname: filename === undefined ? undefined :` +
    ` filename.slice(0, filename.lastIndexOf("/")), main: false,` +
    ` resolve: (specifier) => new URLHere(specifier, url).href });`,
    ...modules.flatMap((module) => guardOf(module, graph, fileOf)),
  ];
  return parts.join("\n") + "\n";
}

function guardOf(module: LoadedModule, graph: ModuleGraph, fileOf: (module: LoadedModule) => string): string[] {
  const { index, url, parsed } = module;
  const lines: string[] = [];
  if (parsed.dynamic.length > 0) {
    const known: Record<string, string> = {};
    for (const site of parsed.imports) {
      if (site.range === null) known[site.specifier] = targetOf(module, site, graph, fileOf);
    }
    lines.push(`const known${index} = table(${literal(known)});`);
    lines.push(`export const load${index} = (specifier) => load(known${index}, ${JSON.stringify(url)}, specifier);`);
  }
  if (parsed.metas.length > 0) {
    const filename = url.startsWith("file:") ? JSON.stringify(decodeURIComponent(new URL(url).pathname)) : "undefined";
    lines.push(`export const meta${index} = metaOf(${JSON.stringify(url)}, ${filename});`);
  }
  return lines;
}

/** What an import says once it is rewritten. */
export function targetOf(
  module: LoadedModule,
  site: { readonly specifier: string; readonly type: "js" | "json" | "text" },
  graph: ModuleGraph,
  fileOf: (module: LoadedModule) => string,
): string {
  const resolution = module.imports.get(siteKey(site))!;
  if (resolution.kind === "ready") return resolution.target;
  const key = site.type === "js" ? resolution.url : `${site.type}:${resolution.url}`;
  return `./${fileOf(graph.modules.get(key)!)}`;
}

/** JSON as the text of a string literal: read back by `JSON.parse`, so that no key means anything special. */
function literal(value: unknown): string {
  return JSON.stringify(JSON.stringify(value));
}
