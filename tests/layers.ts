/** The layer table, and the check of imports against it. ARCHITECTURE.md shows the same table. @module */

import type { Edge } from "./module_graph.ts";

/** What the files of a room may import beside each other. */
export interface Allowance {
  /** Rooms: folders of `src`, or files that are a room of their own. */
  readonly rooms: readonly string[];
  /** What is imported by name. `node:*` is every built-in module; a name covers what lies below it. */
  readonly packages: readonly string[];
}

const layer1 = ["core"];
const layer2 = ["core", "loader", "sdk"];
const layer3 = ["core", "settings", "observe", "backends", "loader", "sdk", "sandbox"];
const layer4 = [...layer3, "host", "worker", "scheduler", "client"];
const layer5 = [...layer4, "engine", "engine.ts"];

/** By room: `src/NAME`, `src/NAME.ts`, or a file at the top. */
export const LAYERS: ReadonlyMap<string, Allowance> = new Map<string, Allowance>([
  ["std", { rooms: [], packages: ["npm:deno-std@1.4.0"] }],
  ["core", { rooms: [], packages: ["@std/text"] }],
  ["settings", { rooms: layer1, packages: [] }],
  ["observe", { rooms: layer1, packages: ["@logtape/logtape", "node:process"] }],
  ["backends", { rooms: layer1, packages: ["node:crypto", "node:sqlite"] }],
  ["loader", {
    rooms: layer1,
    packages: [
      "@jridgewell/trace-mapping",
      "@std/jsonc",
      "@std/path",
      "@std/semver",
      "@sveltejs/acorn-typescript",
      "@swc/wasm-typescript",
      "acorn",
      "cjs-module-lexer",
      "node:crypto",
      "node:dns/promises",
    ],
  }],
  ["sdk", { rooms: layer1, packages: [] }],
  ["sandbox", {
    rooms: layer2,
    packages: ["node:async_hooks", "node:buffer", "node:crypto", "node:fs", "node:process"],
  }],
  ["host", { rooms: layer3, packages: ["@std/jsonc", "@std/path", "@std/toml"] }],
  ["worker", { rooms: layer3, packages: [] }],
  ["scheduler", { rooms: layer3, packages: ["@std/ulid"] }],
  ["client", { rooms: layer3, packages: ["@std/ulid"] }],
  ["engine", { rooms: layer4, packages: [] }],
  ["engine.ts", { rooms: [...layer4, "engine"], packages: [] }],
  ["testing", { rooms: ["core", "backends", "sdk", "engine.ts"], packages: ["@std/assert"] }],
  // Its tests start `cli.ts`; were its code to import it, there would be a cycle.
  ["cli", { rooms: [...layer5, "testing", "cli.ts", "deno.json"], packages: ["@std/cli", "@std/path"] }],
  ["mod.ts", { rooms: layer5, packages: [] }],
  ["cli.ts", { rooms: [...layer5, "cli"], packages: [] }],
]);

/** First-party plugins and examples are foreign code: they know nuvom by its name only. */
const FOREIGN: Allowance = { rooms: [], packages: ["nuvom", "node:*"] };

/** What single plugins bundle. */
const BUNDLED: ReadonlyMap<string, readonly string[]> = new Map([
  ["plugins/postgres", ["postgres"]],
  ["plugins/prometheus", ["prom-client"]],
  ["plugins/redis", ["ioredis"]],
]);

/** `NAME_test.ts`, `testing.ts` and `testdata/` may also import these, and nothing else may import them. */
const FOR_TESTS: Allowance = { rooms: ["testing"], packages: ["@std/assert", "nuvom", "@nuvom/nuvom", "node:*"] };

/** One sentence for each import that the table does not allow. */
export function layerViolations(edges: readonly Edge[]): string[] {
  return edges.flatMap((edge) => violation(edge) ?? []);
}

function violation({ from, specifier, to }: Edge): string | null {
  const room = roomOf(from);
  const allowed = allowanceOf(from);
  if (allowed === null) return `${from}: the layer table has no room "${room}".`;
  if (!isPath(specifier)) {
    if (allowed.packages.some((name) => covers(name, specifier))) return null;
    return `${from} imports "${specifier}"; ${room} may import ${listed(allowed.packages)} by name.`;
  }
  if (to === null) return `${from} imports "${specifier}", which lies outside of the project.`;
  if (isForTests(to) && !isForTests(from)) return `${from} imports "${specifier}", which is only for tests.`;
  const target = roomOf(to);
  if (target === room || allowed.rooms.includes(target)) return null;
  return `${from} imports "${specifier}" of ${target}; ${room} may import ${listed(allowed.rooms)}.`;
}

/** Uses of the machine in a source text of `core`, which must be pure: no `Deno`, time only through its clock. */
export function impureUses(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  return [...code.matchAll(/\bDeno\.|\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bset(?:Timeout|Interval)\b/g)]
    .map(([use]) => use);
}

function allowanceOf(path: string): Allowance | null {
  const room = roomOf(path);
  const foreign = /^(plugins|examples)\//.test(room);
  const own = foreign ? FOREIGN : LAYERS.get(room);
  if (own === undefined) return null;
  const extra = isForTests(path) ? FOR_TESTS : { rooms: [], packages: [] };
  return {
    rooms: [...own.rooms, ...extra.rooms],
    packages: [...own.packages, ...BUNDLED.get(room) ?? [], ...extra.packages],
  };
}

/** `src/core/job.ts` is of `core`, `src/engine.ts` of `engine.ts`, `plugins/prometheus/mod.ts` of `plugins/prometheus`. */
function roomOf(path: string): string {
  const [top, second] = path.split("/") as [string, string | undefined];
  if (second === undefined) return top;
  return top === "src" ? second : `${top}/${second}`;
}

function isForTests(path: string): boolean {
  return /_test\.ts$|(^|\/)testing\.ts$|\/testdata\//.test(path);
}

function isPath(specifier: string): boolean {
  return /^(\.{0,2}\/|file:)/.test(specifier);
}

function covers(name: string, specifier: string): boolean {
  if (name.endsWith("*")) return specifier.startsWith(name.slice(0, -1));
  return specifier === name || specifier.startsWith(`${name}/`);
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : `only ${names.join(", ")}`;
}

/** For each import that closes a cycle, the path from a file back to itself; empty when there is none. */
export function importCycles(edges: readonly Edge[]): string[][] {
  const imports = new Map<string, string[]>();
  for (const { from, to } of edges) {
    if (to !== null) imports.set(from, [...imports.get(from) ?? [], to]);
  }
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) return void cycles.push([...path.slice(start), file]);
    if (done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return cycles;
}
