/** What the project's modules import, as Deno itself resolves it. @module */

import { isBuiltin } from "node:module";

/** One import: static, dynamic, of a type, a re-export, or a module named by `new URL(…)`. */
export interface Edge {
  /** Path of the importing file, from the root of the project. */
  readonly from: string;
  /** As it is written; a built-in module always with `node:`. */
  readonly specifier: string;
  /** Path of the imported file, from the root; null for what lies elsewhere (a package, a built-in module). */
  readonly to: string | null;
}

/** The part of `deno info --json` that is used. */
interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

/** The folder that holds `deno.json`. */
export const ROOT = new URL("../", import.meta.url);

/** Every .ts file at or below the given paths, as paths from the root; what is not there is left out. */
export async function sourceFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) await collect(path, found);
  return found.sort();
}

async function collect(path: string, found: string[]): Promise<void> {
  const stat = await Deno.stat(new URL(path, ROOT)).catch(() => null);
  if (stat === null) return;
  if (stat.isFile) {
    if (path.endsWith(".ts")) found.push(path);
    return;
  }
  for await (const { name } of Deno.readDir(new URL(path, ROOT))) {
    if (!name.startsWith(".") && name !== "node_modules") await collect(`${path}/${name}`, found);
  }
}

/** Every import of these files, with the import map of the project. */
export async function importEdges(files: readonly string[]): Promise<Edge[]> {
  const info = await moduleInfo(files);
  const wanted = new Set(files);
  const edges: Edge[] = [];
  for (const module of info.modules) {
    const from = inProject(module.specifier);
    if (from === null || !wanted.has(from)) continue;
    for (const { specifier, code, type } of module.dependencies ?? []) {
      const name = isBuiltin(specifier) ? `node:${specifier.replace(/^node:/, "")}` : specifier;
      edges.push({ from, specifier: name, to: inProject((code ?? type)?.specifier) });
    }
  }
  for (const file of files) edges.push(...urlEdges(file, await Deno.readTextFile(new URL(file, ROOT))));
  return edges;
}

/** Modules that a source text names by URL, such as the entry file of a worker; Deno does not count them as imports. */
export function urlEdges(from: string, source: string): Edge[] {
  return [...source.matchAll(/\bnew URL\(\s*"([^"]+\.ts)",\s*(import\.meta\.url|ROOT)\s*\)/g)].map((
    [, path, base],
  ) => ({
    from,
    specifier: path!.startsWith(".") ? path! : `./${path}`,
    to: inProject(new URL(path!, base === "ROOT" ? ROOT : new URL(from, ROOT)).href),
  }));
}

async function moduleInfo(files: readonly string[]): Promise<Info> {
  // `deno info` takes one entry; this one exists only as its own URL.
  const entry = files.map((file) => `import ${JSON.stringify(new URL(file, ROOT).href)};`).join("");
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", `data:application/typescript,${encodeURIComponent(entry)}`],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(`deno info failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout)) as Info;
}

function inProject(url: string | undefined): string | null {
  return url?.startsWith(ROOT.href) ? decodeURIComponent(url.slice(ROOT.href.length)) : null;
}
