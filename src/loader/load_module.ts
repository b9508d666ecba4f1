/** One module on its way into a graph: read, hashed, transpiled, parsed, its imports resolved. @module */

import { NuvomError } from "../core/mod.ts";
import { badSpecifier, syntaxError } from "./errors.ts";
import { type LoadedModule, type ModuleLink, type ModuleRequest, siteKey } from "./loaded_module.ts";
import { mediaTypeOf } from "./media_type.ts";
import { type Format, moduleOf, parseModule } from "./parse_module.ts";
import { type ImportSite, type ParsedModule, requiredType } from "./parsed_module.ts";
import { readInside, sha256 } from "./read.ts";
import { isRemote, type RemoteModule, type RemoteModules } from "./remote.ts";
import type { Project } from "./project.ts";
import type { Resolution } from "./resolve.ts";
import { resolveImport, resolveRequire } from "./resolve_local.ts";
import { startTranspiler, transpile, type Transpiled } from "./transpile.ts";

/** What modules of one graph are loaded with. */
export interface LoadContext {
  /** Real path of the folder that files must stay in. */
  readonly root: string;
  readonly embedded?: (name: string) => Promise<string>;
  readonly remote?: RemoteModules;
  readonly imports: Readonly<Record<string, string>>;
  readonly project: Project;
}

/** Everything of a module but its place in the graph. */
export async function loadModule(request: ModuleRequest, context: LoadContext): Promise<Omit<LoadedModule, "index">> {
  const { type, chain } = request;
  const source = await sourceOf(request, context);
  const { url, mediaType, sha256, bytes } = source;
  const { parsed, map } = await parsedSource(source, request, context);
  const here = [...chain, url];
  const imports = new Map<string, Resolution>();
  for (const site of parsed.imports) imports.set(siteKey(site), await resolveSite(site, here, context));
  const requires = await resolveCalls(parsed.commonjs?.requires ?? [], here, context);
  const resolves = await resolveCalls(parsed.commonjs?.resolves ?? [], here, context);
  const links = [...linksOf(parsed, imports, requires)];
  return { url, type, mediaType, sha256, bytes, parsed, map, links, imports, requires, resolves };
}

function* linksOf(
  { imports: sites }: ParsedModule,
  imports: LoadedModule["imports"],
  requires: LoadedModule["requires"],
): Iterable<ModuleLink> {
  for (const site of sites) {
    const resolution = imports.get(siteKey(site))!;
    if (resolution.kind === "module") yield { url: resolution.url, type: site.type };
  }
  for (const resolution of requires.values()) {
    if (resolution.kind === "module") yield { url: resolution.url, type: requiredType(resolution.url) };
  }
}

async function sourceOf({ url, chain }: ModuleRequest, context: LoadContext): Promise<RemoteModule> {
  if (!isRemote(url)) return await localSource(url, chain, context);
  if (context.remote === undefined) throw badSpecifier(url, "modules from URLs are not loaded here", chain);
  if (/\.[cm]?ts$/.test(url)) startTranspiler();
  return await context.remote.load(url, chain);
}

async function localSource(url: string, chain: readonly string[], context: LoadContext): Promise<RemoteModule> {
  const name = url.startsWith("nuvom:") ? url.slice("nuvom:".length) : null;
  if (name !== null && context.embedded === undefined) {
    throw new TypeError(`no embedded modules are available for ${url}`);
  }
  const bytes = name === null
    ? await readInside(url, context.root, chain)
    : new TextEncoder().encode(await context.embedded!(name));
  const read = () => Promise.resolve(bytes);
  return { url, mediaType: mediaTypeOf(url), sha256: sha256(bytes), bytes: bytes.length, read };
}

async function parsedSource(
  source: RemoteModule,
  request: ModuleRequest,
  { project }: LoadContext,
): Promise<{ parsed: ParsedModule; map: string | null }> {
  const text = new TextDecoder().decode(await source.read());
  const format = request.type === "js" ? await project.format(source.url, request.chain) : "module";
  const { code, map, root } = await toCode(source, request, text, format);
  const parsed = root === undefined
    ? parseModule(source.url, code, format, map)
    : moduleOf(source.url, code, { root, isModule: true });
  return { parsed, map };
}

/** Bundles hold `try { await import("optional-package") } catch {}`: what is not there fails when it is run, not before. */
async function resolveSite(site: ImportSite, chain: readonly string[], context: LoadContext): Promise<Resolution> {
  const rules = { remote: context.remote !== undefined, imports: context.imports };
  const resolution = resolveImport(site.specifier, chain, rules, context.project);
  return await (site.range === null ? orRefused(resolution) : resolution);
}

/** Whatever a `require` can't have, the call throws when it is reached: packages try what may not be there. */
async function resolveCalls(
  specifiers: readonly string[],
  chain: readonly string[],
  { project }: LoadContext,
): Promise<ReadonlyMap<string, Resolution>> {
  const found = new Map<string, Resolution>();
  for (const each of specifiers) found.set(each, await orRefused(resolveRequire(each, chain, project)));
  return found;
}

async function orRefused(resolution: Promise<Resolution>): Promise<Resolution> {
  try {
    return await resolution;
  } catch (error) {
    if (!(error instanceof NuvomError)) throw error;
    return { kind: "refused", code: error.code, message: error.message };
  }
}

async function toCode(
  { url, mediaType }: RemoteModule,
  { type, chain }: ModuleRequest,
  text: string,
  format: Format,
): Promise<Transpiled> {
  if (type === "text") return { code: `export default ${JSON.stringify(text)};`, map: null };
  if (type === "json") return { code: jsonModule(url, text), map: null };
  if (mediaType === "json") {
    const importer = { url: chain.at(-1) ?? url, line: 1, column: 1 };
    throw syntaxError(importer, `the import of ${url} needs \`with { type: "json" }\``);
  }
  return mediaType === "ts" ? await transpile(url, text, format) : { code: text, map: null };
}

function jsonModule(url: string, text: string): string {
  try {
    // Kept as text: as an object literal the key `__proto__` would mean something else.
    return `export default JSON.parse(${JSON.stringify(JSON.stringify(JSON.parse(text)))});`;
  } catch (error) {
    throw syntaxError({ url, line: 1, column: 1 }, `it is no JSON: ${(error as Error).message}`, error);
  }
}
