/** Writes `commonjs.js` of a prepared folder: what runs its CommonJS modules, one when it is first required. @module */

import { COMMONJS_STUB } from "./commonjs_stub.ts";
import { pathOf } from "./errors.ts";
import { moduleAt, type ModuleGraph } from "./graph.ts";
import type { LoadedModule } from "./loaded_module.ts";
import { requiredType } from "./parsed_module.ts";
import { fileOf } from "./prepared_file.ts";
import { parentOf } from "./project_files.ts";
import type { Resolution } from "./resolve.ts";

/** What the runtime knows of a CommonJS module. */
interface Entry {
  readonly path: string;
  readonly folder: string;
  /** What stack traces call its text. */
  readonly script: string;
  /** By specifier. */
  readonly requires: Readonly<Record<string, Meaning>>;
  /** By specifier: the path, or the name of a built-in module. */
  readonly resolves: Readonly<Record<string, string | Refusal>>;
}

/** A CommonJS module by its number, what is there already by its import, an ES module, or why there is nothing. */
type Meaning = number | string | { readonly space: number } | Refusal;
type Refusal = readonly [code: string, message: string];

/** What packages look at to know that something optional is missing. */
const NODE_CODES: Readonly<Record<string, string>> = {
  NUVOM_LOADER_PACKAGE_NOT_FOUND: "MODULE_NOT_FOUND",
  NUVOM_LOADER_PACKAGE_FILE: "MODULE_NOT_FOUND",
  NUVOM_LOADER_PACKAGE_EXPORT: "ERR_PACKAGE_PATH_NOT_EXPORTED",
};

/** What stack traces call the text of a CommonJS module; there is no such file. */
export function scriptFile(module: LoadedModule): string {
  return fileOf(module).replace(/\.js$/, ".cjs");
}

/**
 * The stub with what it knows of the graph: what may be required, what each `require` means, and the texts.
 *
 * @param texts What {@linkcode rewrite} made of each CommonJS module, by its number.
 */
export function commonJsRuntime(graph: ModuleGraph, texts: ReadonlyMap<number, string>): string {
  if (texts.size === 0) return "export {};\n";
  const entries: Record<number, Entry> = {};
  const paths: Record<string, Meaning> = {};
  for (const module of graph.modules.values()) {
    if (module.parsed?.commonjs !== undefined) entries[module.index] = entryOf(module, graph);
    if (module.parsed?.commonjs !== undefined || module.type === "json") {
      paths[pathOf(module.url)] = meaningOf(module);
    }
  }
  const meanings = [
    ...Object.values(paths),
    ...Object.values(entries).flatMap(({ requires }) => Object.values(requires)),
  ];
  const ready = [...new Set(meanings.filter((meaning) => typeof meaning === "string"))];
  const lines = [
    ...ready.map((target, i) => `import * as ready${i} from ${JSON.stringify(target)};`),
    COMMONJS_STUB,
    ...ready.map((target, i) => `there(${JSON.stringify(target)}, ready${i});`),
    `assign(entries, ${parsedFrom(entries)});`,
    `assign(paths, ${parsedFrom(paths)});`,
    ...[...texts].map(([index, text]) => `texts[${index}] = ${JSON.stringify(text)};`),
  ];
  return `${lines.join("\n")}\n`;
}

/** What ES modules import in place of a CommonJS module: it runs it, and has its exports by name. */
export function commonJsFacade(module: LoadedModule, graph: ModuleGraph): string {
  const { names, spaces } = surroundings(module, graph);
  return [
    `import { provide, start } from "./commonjs.js";`,
    ...spaces.map((each) => `import * as space${each.index} from "./${fileOf(each)}";`),
    ...spaces.map(({ index }) => `provide(${index}, space${index});`),
    `const { found, values } = start(${module.index}, ${JSON.stringify(names)});`,
    `export { found as default, found as "module.exports" };`,
    ...names.map((name, i) => `const value${i} = values[${i}]; export { value${i} as ${JSON.stringify(name)} };`),
  ].join(" ") + "\n";
}

/** The names of a module with those that it hands on, and the ES modules that it or what it requires may ask for. */
function surroundings(
  module: LoadedModule,
  graph: ModuleGraph,
): { readonly names: readonly string[]; readonly spaces: readonly LoadedModule[] } {
  const names = new Set<string>();
  const handsOn = new Set([module]);
  for (const each of handsOn) {
    each.parsed?.commonjs?.names.forEach((name) => names.add(name));
    for (const specifier of each.parsed?.commonjs?.reexports ?? []) {
      const target = moduleOf(each.requires.get(specifier), graph);
      if (target?.parsed?.commonjs !== undefined) handsOn.add(target);
    }
  }
  const reached = new Set([module]);
  for (const each of reached) {
    for (const resolution of each.requires.values()) {
      const target = moduleOf(resolution, graph);
      if (target !== undefined) reached.add(target);
    }
  }
  return { names: [...names], spaces: [...reached].filter(({ type, parsed }) => type === "js" && !parsed?.commonjs) };
}

function entryOf(module: LoadedModule, graph: ModuleGraph): Entry {
  const path = pathOf(module.url);
  const requires = Object.fromEntries(
    [...module.requires].map(([specifier, resolution]) => {
      const target = moduleOf(resolution, graph);
      return [specifier, target === undefined ? otherMeaning(specifier, resolution) : meaningOf(target)];
    }),
  );
  const resolves = Object.fromEntries(
    [...module.requires, ...module.resolves].map(([specifier, resolution]) => [
      specifier,
      resolution.kind === "module"
        ? pathOf(resolution.url)
        : resolution.kind === "ready"
        ? specifier
        : refusal(specifier, resolution),
    ]),
  );
  return { path, folder: parentOf(path), script: scriptFile(module), requires, resolves };
}

function moduleOf(resolution: Resolution | undefined, graph: ModuleGraph): LoadedModule | undefined {
  return resolution?.kind === "module" ? moduleAt(graph, resolution.url, requiredType(resolution.url)) : undefined;
}

function meaningOf(module: LoadedModule): Meaning {
  if (module.type === "json") return `./${fileOf(module)}`;
  return module.parsed?.commonjs === undefined ? { space: module.index } : module.index;
}

function otherMeaning(specifier: string, resolution: Resolution): string | Refusal {
  return resolution.kind === "ready" ? resolution.target : refusal(specifier, resolution);
}

function refusal(specifier: string, resolution: Resolution): Refusal {
  const { code, message } = resolution as Extract<Resolution, { kind: "refused" }>;
  const asNode = NODE_CODES[code];
  return asNode === undefined ? [code, message] : [asNode, `Cannot find module '${specifier}'. ${message}`];
}

/** As text that is parsed there: in a literal a key such as `__proto__` would mean something else. */
function parsedFrom(value: unknown): string {
  return `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;
}
