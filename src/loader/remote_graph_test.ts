import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { type LoadProgress, parseAuthTokens } from "./mod.ts";
import { TestCache, TestServer } from "./testdata/test_server.ts";
import { TestProject } from "./testing.ts";

async function refusal(source: string, imports: Record<string, string> = {}): Promise<NuvomError> {
  await using server = TestServer.open({ "/mod.js": "import './inner.js'", "/inner.js": source });
  await using cache = await TestCache.open();
  const error = await assertRejects(() => cache.fetch(server.url("/mod.js"), {}, { imports }), NuvomError);
  assertStringIncludes(error.message, `imported by ${server.url("/inner.js")}, imported by ${server.url("/mod.js")}`);
  return error;
}

Deno.test("modules from URLs run as they would anywhere: cycles, top-level await, JSON and text, import.meta", async () => {
  await using server = TestServer.open({
    "/app/mod.ts": `import { b } from "./b.js"; import data from "../data.json" with { type: "json" };
      import note from "/note.txt" with { type: "text" }; import { Level } from "./level.ts?v=2"; export { Level, data, note };
      export function a(): string { return "a" } export const both = b() + a(); export const late = await Promise.resolve(1);
      export const { url, filename } = import.meta; export const resolved = import.meta.resolve("../x.js");`,
    "/app/b.js": "import { a } from './mod.ts'; export const b = () => `b${a()}`; export * from './mod.ts'",
    "/app/level.ts": "export enum Level { Low = 1 }",
    "/data.json": '{"__proto__": 1}',
    "/note.txt": "ä\n",
  });
  await using cache = await TestCache.open();
  const graph = await cache.fetch(server.url("/app/mod.ts"));
  const m = await cache.run(graph);
  assertEquals([m.both, m.late, m.Level.Low, m.note, Object.keys(m.data)], ["baa", 1, 1, "ä\n", ["__proto__"]]);
  assertEquals([m.url, m.filename, m.resolved], [graph.entries[0], undefined, server.url("/x.js")]);
  assert(graph.modules.has(server.url("/app/level.ts?v=2")));
});

Deno.test("a stack trace names the URL, line and column that were written, of TypeScript and JavaScript", async () => {
  await using server = TestServer.open({
    "/old.ts": () => new Response(null, { status: 301, headers: { location: "/lib/new.ts" } }),
    "/lib/new.ts": "import { fail } from './fail.js';\nenum E { A }\n\nexport const call = (e: E): never => fail(e);\n",
    "/lib/fail.js": "\n  export const fail = () => { import.meta.url; throw new Error('no') }",
  });
  await using cache = await TestCache.open();
  const prepared = await cache.prepare(await cache.fetch(server.url("/old.ts")));
  const m = await import(prepared.fileOf(server.url("/old.ts")));
  let stack = "";
  try {
    m.call(0);
  } catch (error) {
    stack = prepared.mapStack((error as Error).stack!);
  }
  assertStringIncludes(stack, `${server.url("/lib/fail.js")}:2:54`);
  assertStringIncludes(stack, `${server.url("/lib/new.ts")}:4:38`);
});

Deno.test("a computed import reaches the verified graph by every name that it has, and no other URL", async () => {
  await using server = TestServer.open({
    "/mod.js": `export const load = (x) => import(x); export const lazy = () => import("./lazy.js");
      export const missing = () => import("npm:left-pad@1.0.0");`,
    "/lazy.js": () => new Response(null, { status: 302, headers: { location: "/v2/lazy.js" } }),
    "/v2/lazy.js": "export default 2",
    "/unlisted.js": "export default 3",
  });
  await using cache = await TestCache.open();
  const m = await cache.run(await cache.fetch(server.url("/mod.js")));
  const lazy = await m.lazy();
  assertEquals(lazy.default, 2);
  for (
    const name of ["./lazy.js", "/v2/../lazy.js", server.url("/lazy.js"), "./v2/lazy.js", server.url("/v2/lazy.js")]
  ) {
    assertEquals(await m.load(name) === lazy, true, name);
  }
  for (const name of ["./unlisted.js", server.url("/unlisted.js"), "https://example.com/x.js", "file:///etc/passwd"]) {
    const error = await assertRejects(() => m.load(name), TypeError) as TypeError & { code: string };
    assertEquals([name, error.code], [name, "NUVOM_LOADER_IMPORT_REFUSED"]);
  }
  assertEquals((await assertRejects(m.missing) as { code?: string }).code, "NUVOM_LOADER_BARE_SPECIFIER");
  assertEquals(server.count("/unlisted.js"), 0);
});

Deno.test("a module of the project imports modules from URLs, and those no files", async () => {
  await using server = TestServer.open({ "/lib.js": "export * from './more.js'", "/more.js": "export const more = 1" });
  await using project = await TestProject.with({ "main.ts": `export { more } from "${server.url("/lib.js")}";` });
  await using cache = await TestCache.open();
  const graph = await cache.fetch(project.url("main.ts"), {}, { root: project.root });
  assertEquals([(await cache.run(graph)).more, graph.modules.size], [1, 3]);
  for (const specifier of [project.url("main.ts"), "file:///etc/passwd"]) {
    const error = await refusal(`import ${JSON.stringify(specifier)}`);
    assertEquals(error.code, "NUVOM_LOADER_SPECIFIER");
    assertStringIncludes(error.message, "imports no files");
  }
});

Deno.test("F5: no path of a module from a URL leaves its server, however it is written", async () => {
  const paths = ["../../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "..%2f..%2fetc/passwd"];
  await using server = TestServer.open({ "/a/mod.js": paths.map((path) => `import "./${path}";`).join("") });
  for (const path of ["/etc/passwd", "/a/..%2f..%2fetc/passwd", "/a//etc/passwd"]) server.routes[path] = "export {}";
  await using cache = await TestCache.open();
  const graph = await cache.fetch(server.url("/a/mod.js"));
  assert([...graph.modules.values()].every(({ url }) => url.startsWith(server.url("/"))));
  assertEquals(graph.modules.size, 4);
  for (const specifier of ["./a\\..\\b.js", "./a\0b.js", "/\\host/x.js"]) {
    assertEquals((await refusal(`import ${JSON.stringify(specifier)}`)).code, "NUVOM_FETCH_URL");
  }
});

const CONFUSED: readonly string[] = ["lodash", "@scope/x", "npm:lodash@4.17.21", "jsr:@std/fs", "nuvom/x", "#inner"];

for (const specifier of CONFUSED) {
  Deno.test(`F6: a module from a URL can't import ${specifier}, and the error shows how to bundle`, async () => {
    const error = await refusal(`import ${JSON.stringify(specifier)}`);
    assertEquals(error.code, "NUVOM_LOADER_BARE_SPECIFIER");
    assertStringIncludes(error.message, "deno bundle");
  });
}

Deno.test("F6: a bare specifier means what the plugin's own map says, and the map changes nothing else", async () => {
  await using server = TestServer.open({
    "/mod.js":
      `import a from "alpha"; import b from "beta/deep/b.js"; import c from "npm:gamma@1"; import { task } from "nuvom";
      import path from "path"; import d from "./d.js"; export { a, b, c, d, path, task }`,
    "/d.js": "import a from 'alpha'; export default a",
    "/a.js": "export default 'a'",
    "/b/deep/b.js": "export default 'b'",
    "/c.js": "export default 'c'",
  });
  await using cache = await TestCache.open();
  const imports = {
    "alpha": server.url("/a.js"),
    "beta/": server.url("/b/"),
    "beta/deep/": server.url("/b/deep/"),
    "npm:gamma@1": server.url("/c.js"),
    "nuvom": server.url("/never.js"),
    "path": server.url("/never.js"),
    "./d.js": server.url("/never.js"),
  };
  const m = await cache.run(await cache.fetch(server.url("/mod.js"), {}, { imports }));
  assertEquals([m.a, m.b, m.c, m.d, typeof m.path.join], ["a", "b", "c", "a", "function"]);
  const error = await refusal("import 'alpha'", { alpha: "file:///etc/passwd" });
  assertEquals(error.code, "NUVOM_LOADER_SPECIFIER");
});

Deno.test("F9: a chain of 1,000 modules and a graph where each imports all others load and run", async () => {
  await using server = TestServer.open({ "/m999.js": "export const n = 1" });
  for (let i = 0; i < 999; i++) {
    server.routes[`/m${i}.js`] = `import { n as m } from "./m${i + 1}.js"; export const n = m + 1`;
  }
  const names = Array.from({ length: 40 }, (_, i) => `/w${i}.js`);
  for (const name of names) {
    server.routes[name] = `${names.map((each) => `import ".${each}";`).join("")} export default 1`;
  }
  await using cache = await TestCache.open();
  assertEquals((await cache.run(await cache.fetch(server.url("/m0.js")))).n, 1_000);
  server.routes["/m999.js"] = "import 'x'";
  const { message } = await assertRejects(() => cache.fetch(server.url("/m0.js")), NuvomError);
  assertStringIncludes(message, `imported by 991 more modules, imported by ${server.url("/m0.js")})`);
  const wide = await cache.fetch(server.url("/w0.js"));
  assertEquals([(await cache.run(wide)).default, wide.modules.size, server.count("/w7.js")], [1, 40, 1]);
});

Deno.test("loadGraph() numbers modules and names the first error the same way, however fast each server is", async () => {
  const slow: Promise<void>[] = [];
  await using server = TestServer.open({
    "/mod.js": "import './a.js'; import './b.js'; import './c.js'",
    "/a.js": async () => {
      await Promise.all(slow);
      return new Response("import './d.js'; export {}");
    },
    "/b.js": "import './d.js'; import './e.js'",
    "/c.js": "export {}",
    "/d.js": "export {}",
    "/e.js": "export {}",
  });
  const gate = Promise.withResolvers<void>();
  slow.push(gate.promise);
  await using cache = await TestCache.open();
  const loading = cache.fetch(server.url("/mod.js"));
  while (server.count("/b.js") + server.count("/c.js") < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  gate.resolve();
  const order = ["/mod.js", "/a.js", "/b.js", "/c.js", "/d.js", "/e.js"].map((path) => server.url(path));
  assertEquals(
    [...(await loading).modules.values()].map(({ url, index }) => [url, index]),
    order.map((url, i) => [url, i]),
  );
  server.routes["/a.js"] = "import 'node:vm'";
  server.routes["/b.js"] = "import 'node:repl'";
  for (let i = 0; i < 3; i++) {
    const error = await assertRejects(() => cache.fetch(server.url("/mod.js")), NuvomError);
    assertStringIncludes(error.message, "node:vm");
  }
});

Deno.test("loadGraph() reports modules and bytes as they arrive", async () => {
  await using server = TestServer.open({ "/mod.js": "import './b.js'", "/b.js": "export {}" });
  await using cache = await TestCache.open();
  const seen: LoadProgress[] = [];
  await cache.fetch(server.url("/mod.js"), {}, { onProgress: (progress) => seen.push(progress) });
  assertEquals(seen, [{ done: 1, known: 1, bytes: 15 }, { done: 2, known: 2, bytes: 24 }]);
});

Deno.test("loadGraph() says what is wrong with a module from a URL by its URL: syntax, JSX, no JSON, no such file", async () => {
  const wrong: readonly (readonly [path: string, text: string, code: string, place: string])[] = [
    ["/x.js", "let a = 1;\nlet b = ;\n", "NUVOM_LOADER_SYNTAX", ":2:9"],
    ["/x.tsx", "\nexport default <div>1</div>;\n", "NUVOM_LOADER_SYNTAX", ":2:"],
    ["/x.ts", "enum E { A }\n\n  @d class A {}\n", "NUVOM_LOADER_SYNTAX", ":3:3"],
    ["/x.json", "{}", "NUVOM_LOADER_SYNTAX", ""],
    ["/missing.ts", "", "NUVOM_FETCH_STATUS", ""],
  ];
  for (const [path, text, code, place] of wrong) {
    await using server = TestServer.open({ "/mod.js": `import ".${path}"`, ...(text === "" ? {} : { [path]: text }) });
    await using cache = await TestCache.open();
    const error = await assertRejects(() => cache.fetch(server.url("/mod.js")), NuvomError);
    assertEquals([path, error.code], [path, code]);
    assertStringIncludes(error.message, `${server.url(path)}${place}`);
  }
});

Deno.test("parseAuthTokens() reads tokens and passwords by host, and never shows what it can't read", () => {
  assertEquals([...parseAuthTokens(" a.example=abc=; B.example:8443=user:pass;;")], [
    ["a.example", "Bearer abc="],
    ["b.example:8443", `Basic ${btoa("user:pass")}`],
  ]);
  assertEquals(parseAuthTokens("").size, 0);
  for (
    const text of ["secret", "=secret", "https://a.example=secret", "a.example=", "user@a.example=secret", "a=b c"]
  ) {
    let error: NuvomError | undefined;
    try {
      parseAuthTokens(text);
    } catch (thrown) {
      error = thrown as NuvomError;
    }
    assertEquals([text, error?.code], [text, "NUVOM_FETCH_TOKENS"]);
    assert(!error!.message.includes("secret"));
  }
});
