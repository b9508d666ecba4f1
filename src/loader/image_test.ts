import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { IMAGE_VERSION, imageKey, makeImage } from "./image.ts";
import { type ModuleGraph, moduleKey } from "./graph.ts";
import type { LoadedModule } from "./loaded_module.ts";
import { loadGraph, lockedGraph, LockedModules } from "./mod.ts";
import { parseModule } from "./parse_module.ts";
import { TestCache, TestServer } from "./testdata/test_server.ts";
import { transpile } from "./transpile.ts";

const SOURCE = `
import { a, type B } from "./a.ts"; import data from "./d.json" with { type: "json" };
export enum Level { Low = 1 } // ä 😀
export const f = (x: string): Promise<B> => import(x); export const url = import.meta.url;
export const g = () => import("./a.ts"); let __nuvom_import = a ?? data;
`;
const BASE = "https://example.com";

async function module(name: string, source: string, index: number, type: "js" | "json" = "js"): Promise<LoadedModule> {
  const url = `${BASE}/${name}`;
  const { code, map } = type === "js"
    ? await transpile(url, source, "module")
    : { code: `export default ${source};`, map: null };
  const parsed = parseModule(url, code);
  const links = parsed.imports.map(({ specifier, type }) => ({ url: new URL(specifier, url).href, type }));
  const imports = new Map(
    parsed.imports.map(({ type }, i) => [`${type} ${parsed.imports[i]!.specifier}`, {
      kind: "module" as const,
      url: links[i]!.url,
    }]),
  );
  const none = new Map();
  const hash = String(index).repeat(64);
  return {
    ...{ url, type, mediaType: "ts", sha256: hash, bytes: source.length, index, parsed, map, links, imports },
    ...{ requires: none, resolves: none },
  };
}

Deno.test("IMAGE_VERSION changes when the same source is written differently", async () => {
  const list = [
    await module("mod.ts", SOURCE, 0),
    await module("a.ts", "export const a: number = 1", 1),
    await module("d.json", "[1]", 2, "json"),
  ];
  const modules = new Map(list.map((each) => [moduleKey(each.url, each.type), each]));
  const graph: ModuleGraph = { entries: [], modules, redirects: new Map(), inputs: new Map(), image: null, digest: "" };
  // If this fails, raise IMAGE_VERSION along with the hash: locks hold hashes of what was made.
  assertEquals([IMAGE_VERSION, makeImage("key", graph, list, null).sha256], [
    "3",
    "80dbd6f1f68eed68280550a235299790226c4de2fde4d6246dc42a41438feea2",
  ]);
});

Deno.test("imageKey() differs with whatever the same sources may be written differently for", () => {
  const keys = [
    imageKey([`${BASE}/a.ts`], {}),
    imageKey([`${BASE}/a.ts`, `${BASE}/b.ts`], {}),
    imageKey([`json:${BASE}/a.ts`], {}),
    imageKey([`${BASE}/a.ts`], { x: `${BASE}/x.ts` }),
    imageKey([`${BASE}/a.ts`], { x: `${BASE}/y.ts` }),
  ];
  assertEquals(new Set(keys).size, keys.length);
  assertEquals(imageKey([], { a: "1", b: "2" }), imageKey([], { b: "2", a: "1" }));
});

const SITE = {
  "/mod.ts": `import { b } from "./lib/b.ts"; import data from "./data.json" with { type: "json" };
    export const later = (name: string) => import(name); export const lazy = () => import("./lazy.ts");
    export const here = import.meta.url; export const sum: number = b + data;
    export function fail(): never { throw new Error("thrown") }`,
  "/lib/b.ts": "import '../mod.ts'; export enum B { one = 1 } export const b: number = B.one;",
  "/data.json": "2",
  "/lazy.ts": "export default 'lazy' as string",
};

Deno.test("a graph from its image runs, and tells of itself, like the one it was made of", async () => {
  await using server = TestServer.open({
    ...SITE,
    "/latest.ts": () => new Response(null, { status: 302, headers: { location: "/mod.ts" } }),
  });
  await using cache = await TestCache.open();
  const url = server.url("/latest.ts");
  const fetched = await cache.fetch(url);
  const graph = await cache.locked(url, await cache.lock(url));
  const facts = (of: ModuleGraph) =>
    [...of.modules].map(([key, { url, sha256, bytes, type, mediaType, index, imports }]) => (
      { key, url, sha256, bytes, type, mediaType, index, imports }
    ));
  assertEquals([...graph.modules.values()].map(({ parsed }) => parsed), [null, null, null, null]);
  assertEquals(facts(graph), facts(fetched));
  assertEquals([graph.digest, graph.redirects], [fetched.digest, fetched.redirects]);
  const prepared = await cache.prepare(graph);
  const m = await cache.run(graph);
  assertEquals([m.sum, m.here, (await m.lazy()).default], [3, server.url("/mod.ts"), "lazy"]);
  assertEquals((await m.later("./lazy.ts")).default, "lazy");
  assertEquals(
    await m.later("./data.json").catch((error: { code: string }) => error.code),
    "NUVOM_LOADER_IMPORT_REFUSED",
  );
  const { fail } = await import(prepared.fileOf(url));
  let stack = "";
  try {
    fail();
  } catch (error) {
    stack = (error as Error).stack!;
  }
  assertStringIncludes(prepared.mapStack(stack), `${server.url("/mod.ts")}:4:43`);
});

Deno.test("the modules from URLs of a project come from an image, whatever becomes of its own files", async () => {
  await using server = TestServer.open(SITE);
  await using cache = await TestCache.open();
  const local = `file://${cache.dir}/local.ts`;
  const write = (text: string) => Deno.writeTextFile(`${cache.dir}/local.ts`, text);
  const from = (path: string) => JSON.stringify(server.url(path));
  await write(`export { sum } from ${from("/mod.ts")}; export { default as lazy } from ${from("/lazy.ts")};`);
  const lock = await cache.lock(local);
  await write(`import x from ${from("/lazy.ts")}; import { sum } from ${from("/mod.ts")};
    export const own: string = x + sum; export const other = (name: string) => import(name);`);
  const graph = await cache.locked(local, lock);
  const parsed = [...graph.modules.values()].filter((each) => each.parsed !== null).map(({ url }) => url);
  assertEquals([parsed, graph.modules.size], [[local], 5]);
  const m = await cache.run(graph);
  assertEquals([m.own, (await m.other(server.url("/mod.ts"))).sum], ["lazy3", 3]);
  // Other roots are another image.
  await write(`export { sum } from ${from("/mod.ts")};`);
  const fewer = await cache.locked(local, lock);
  assertEquals([...fewer.modules.values()].some((each) => each.parsed === null), false);
  assertEquals((await cache.run(fewer)).sum, 3);
});

Deno.test("an image is made for one map of imports", async () => {
  await using server = TestServer.open({
    "/mod.js": "export * from 'x'",
    "/a.js": "export const x = 'a'",
    "/b.js": "export {}",
  });
  await using cache = await TestCache.open();
  const url = server.url("/mod.js");
  const other = await cache.lock(server.url("/b.js"));
  const own = lockedGraph(await cache.fetch(url, {}, { imports: { x: server.url("/a.js") } }));
  const lock = { ...own, modules: { ...own.modules, ...other.modules } };
  const load = (to: string) =>
    loadGraph([url], {
      root: cache.dir,
      preparedDir: `${cache.dir}/prepared`,
      remote: new LockedModules(lock, { store: cache.store, network: null }),
      imports: { x: server.url(to) },
    });
  const [same, changed] = [await load("/a.js"), await load("/b.js")];
  assertEquals([same.modules.get(url)!.parsed, (await cache.run(same)).x], [null, "a"]);
  assertNotEquals(changed.modules.get(url)!.parsed, null);
});
