/** Writes `guard.js`: what dynamic imports and `import.meta` of foreign code become. @module */

import { builtinTarget, REQUIRABLE } from "./builtins.ts";
import { pathOf } from "./errors.ts";
import { type Guarded, type ModuleGraph, moduleKey } from "./graph.ts";
import { type LoadedModule, siteKey } from "./loaded_module.ts";
import { fileOf, targetOf } from "./prepared_file.ts";

/**
 * The guard knows the verified graph and nothing else. Foreign code may have changed every global by the time it is
 * called, so it only reads properties of objects without a prototype, and imports only what stands in its tables.
 */
export function guardSource(graph: ModuleGraph): string {
  const remote = graph.image?.modules ?? [];
  const modules = [...graph.modules.values()].map((module) => ({
    module,
    guarded: remote[module.index]?.guarded ?? guardedOf(module, graph),
  }));
  const isDynamic = modules.some(({ guarded }) => guarded.known !== null);
  const files = isDynamic ? [...filesByKey(graph)].map(([key, file]) => [key, `./${file}`]) : [];
  const builtins = Object.fromEntries(
    [...REQUIRABLE, "module"].flatMap((name) => [[name, builtinTarget(name)], [`node:${name}`, builtinTarget(name)]]),
  );
  const parts = [
    `const table = (text) => Object.assign(Object.create(null), JSON.parse(text));`,
    `const files = table(${literal(Object.fromEntries(files))});`,
    `const ready = table(${literal({ ...builtins, nuvom: "./nuvom.js", "@nuvom/nuvom/plugin": "./nuvom.js" })});`,
    `const TypeErrorHere = TypeError, URLHere = URL, freeze = Object.freeze;`,
    `function lookUp(known, base, type, specifier) {`,
    `  if (known[type + " " + specifier] !== undefined) return known[type + " " + specifier];`,
    `  if (type === "js" && ready[specifier] !== undefined) return ready[specifier];`,
    `  const relative = specifier[0] === "." || specifier[0] === "/";`,
    `  let url; try { url = "" + new URLHere(specifier, relative ? base : undefined).href; } catch { url = specifier; }`,
    `  return files[type === "js" ? url : type + ":" + url];`,
    `}`,
    `function refuse(code, message) {`,
    `  const error = new TypeErrorHere(message);`,
    `  error.code = code;`,
    `  throw error;`,
    `}`,
    `async function load(known, base, given, options) {`,
    `  const specifier = "" + given, type = "" + (options?.with?.type ?? "js");`,
    `  const file = lookUp(known, base, type, specifier);`,
    `  if (typeof file === "string") return await import(file);`,
    `  if (file !== undefined) refuse(file[0], file[1]);`,
    `  refuse("NUVOM_LOADER_IMPORT_REFUSED", "The import of " + specifier + " from " + base + " is refused: it is not` +
    ` part of the verified modules. Import it by a literal specifier.");`,
    `}`,
    `const metaOf = (url, filename) => freeze({ url, filename, dirname: filename === undefined ? undefined :` +
    ` filename.slice(0, filename.lastIndexOf("/")), main: false,` +
    ` resolve: (specifier) => new URLHere(specifier, url).href });`,
    ...modules.flatMap(({ module, guarded }) => linesOf(module, guarded)),
  ];
  return parts.join("\n") + "\n";
}

/** What the guard is to know of a module that was parsed. */
export function guardedOf(module: LoadedModule, graph: ModuleGraph): Guarded {
  const { dynamic, metas, imports } = module.parsed!;
  const known = imports.filter(({ range }) => range === null).map((site) => {
    const found = module.imports.get(siteKey(site))!;
    const meaning = found.kind === "refused" ? [found.code, found.message] as const : targetOf(module, site, graph);
    return [siteKey(site), meaning] as const;
  });
  return { known: dynamic.length === 0 ? null : known, meta: metas.length > 0 };
}

function linesOf({ index, url }: LoadedModule, { known, meta }: Guarded): string[] {
  const lines: string[] = [];
  if (known !== null) {
    lines.push(`const known${index} = table(${literal(Object.fromEntries(known))});`);
    lines.push(
      `export const load${index} = (given, options) => load(known${index}, ${JSON.stringify(url)}, given, options);`,
    );
  }
  if (meta) {
    const filename = url.startsWith("file:") ? JSON.stringify(pathOf(url)) : "undefined";
    lines.push(`export const meta${index} = metaOf(${JSON.stringify(url)}, ${filename});`);
  }
  return lines;
}

/** Names of files by {@linkcode moduleKey}, also by the URLs that were redirected. */
export function filesByKey(graph: ModuleGraph): ReadonlyMap<string, string> {
  const files = new Map([...graph.modules].map(([key, module]) => [key, fileOf(module)]));
  for (const [asked, url] of graph.redirects) {
    for (const type of ["js", "json", "text"] as const) {
      const file = files.get(moduleKey(url, type));
      if (file !== undefined) files.set(moduleKey(asked, type), file);
    }
  }
  return files;
}

/** JSON as the text of a string literal: read back by `JSON.parse`, so that no key means anything special. */
function literal(value: unknown): string {
  return JSON.stringify(JSON.stringify(value));
}
