import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { loadGraph, type RemoteModules, sha256 } from "./mod.ts";
import { TestProject } from "./testing.ts";

async function refusal(files: Record<string, string>, entry = "main.js"): Promise<NuvomError> {
  await using project = await TestProject.with(files);
  return await assertRejects(() => project.graph(entry), NuvomError);
}

const CODES: readonly (readonly [specifier: string, code: string])[] = [
  ["lodash", "NUVOM_LOADER_PACKAGE_NOT_FOUND"],
  ["@scope/x", "NUVOM_LOADER_PACKAGE_NOT_FOUND"],
  ["npm:lodash@4", "NUVOM_LOADER_PACKAGE_NOT_FOUND"],
  ["__proto__", "NUVOM_LOADER_PACKAGE_NOT_FOUND"],
  ["jsr:@std/fs", "NUVOM_LOADER_JSR"],
  ["nuvom/inner", "NUVOM_LOADER_BARE_SPECIFIER"],
  ["#x", "NUVOM_LOADER_PACKAGE_IMPORT"],
  ["", "NUVOM_LOADER_SPECIFIER"],
  ["https://example.com/x.js", "NUVOM_LOADER_SPECIFIER"],
  ["http://127.0.0.1/x.js", "NUVOM_LOADER_SPECIFIER"],
  ["data:text/javascript,1", "NUVOM_LOADER_SPECIFIER"],
  ["blob:x", "NUVOM_LOADER_SPECIFIER"],
  ["nuvom:prometheus", "NUVOM_LOADER_SPECIFIER"],
  ["ext:core/mod.js", "NUVOM_LOADER_SPECIFIER"],
  ["file://host/etc/x.js", "NUVOM_LOADER_SPECIFIER"],
  ["//host/x.js", "NUVOM_LOADER_SPECIFIER"],
  ["./a\\b.js", "NUVOM_LOADER_SPECIFIER"],
  ["./%2e%2e/x.js", "NUVOM_LOADER_SPECIFIER"],
  ["./%2E./x.js", "NUVOM_LOADER_SPECIFIER"],
  ["./a%2fb.js", "NUVOM_LOADER_SPECIFIER"],
  ["./a%5cb.js", "NUVOM_LOADER_SPECIFIER"],
  ["./a%00.js", "NUVOM_LOADER_SPECIFIER"],
  ["./a\\0.js", "NUVOM_LOADER_SPECIFIER"],
  ["./%ff.js", "NUVOM_LOADER_READ"],
  ["./missing.js", "NUVOM_LOADER_NOT_FOUND"],
  ["./folder", "NUVOM_LOADER_NOT_FOUND"],
  ["./main.js/x.js", "NUVOM_LOADER_NOT_FOUND"],
  ["../outside.js", "NUVOM_LOADER_NOT_FOUND"],
  ["/etc/passwd", "NUVOM_LOADER_OUTSIDE_ROOT"],
  ["file:///etc/passwd", "NUVOM_LOADER_OUTSIDE_ROOT"],
  ["../../../../../../../../etc/passwd", "NUVOM_LOADER_OUTSIDE_ROOT"],
  ...[
    "vm",
    "inspector",
    "inspector/promises",
    "repl",
    "node:vm",
    "node:wasi",
    "node:test",
    "node:_http_agent",
    "node:internal/x",
    "node:",
    "node:NET",
    "node:__proto__",
  ].map((name) => [name.startsWith("node:") ? name : `node:${name}`, "NUVOM_LOADER_BUILTIN_REFUSED"] as const),
  ["vm", "NUVOM_LOADER_BUILTIN_REFUSED"],
  ["dgram", "NUVOM_LOADER_BUILTIN_REFUSED"],
];

for (const [specifier, code] of CODES) {
  const threat = /\.\.|%|\\|\/etc/.test(specifier) ? "F5: " : "";
  Deno.test(`${threat}loadGraph() refuses the static import of ${JSON.stringify(specifier)} with ${code}`, async () => {
    const text = `import ${JSON.stringify(specifier).replaceAll("\\\\0", "\\0")};`;
    const error = await refusal({ "main.js": text, "folder/x.js": "" });
    assertEquals([error.code, error.exitCode], [code, 3], error.message);
    assertStringIncludes(error.message, "main.js");
  });
}

Deno.test("loadGraph() names the chain of imports that led to what it refuses", async () => {
  const error = await refusal({
    "main.js": "import './a.ts'",
    "a.ts": "export * from './b.js'",
    "b.js": "import 'node:vm'",
  });
  assertEquals(error.code, "NUVOM_LOADER_BUILTIN_REFUSED");
  const places = ["b.js", "a.ts", "main.js"].map((name) =>
    error.message.indexOf(`imported by ${error.message.match(/\/[^ ]*nuvom-test-[^/]+/)![0]}/${name}`)
  );
  assertEquals(places.every((at, i) => at > 0 && (i === 0 || at > places[i - 1]!)), true, error.message);
});

Deno.test("F5: loadGraph() refuses a symbolic link that leads out of the root, and follows one that stays", async () => {
  await using outside = await TestProject.with({ "secret.js": "export const secret = 1" });
  await using project = await TestProject.with({
    "out.js": "import './link.js'",
    "by_folder.js": "import './folder/secret.js'",
    "in.js": "export { a } from './inner.js'",
    "a.js": "export const a = 1",
  });
  await Deno.symlink(`${outside.root}/secret.js`, `${project.root}/link.js`);
  await Deno.symlink(outside.root, `${project.root}/folder`);
  await Deno.symlink(`${project.root}/a.js`, `${project.root}/inner.js`);
  for (const entry of ["out.js", "by_folder.js", "link.js"]) {
    const error = await assertRejects(() => project.graph(entry), NuvomError);
    assertEquals(error.code, "NUVOM_LOADER_OUTSIDE_ROOT");
  }
  assertEquals((await project.run("in.js")).a, 1);
});

Deno.test("F5: loadGraph() does not take a neighbour whose name begins with the root's for a part of it", async () => {
  await using project = await TestProject.with({ "p/main.js": "import '../p-other/x.js'", "p-other/x.js": "" });
  const load = () => loadGraph([project.url("p/main.js")], { root: `${project.root}/p` });
  assertEquals((await assertRejects(load, NuvomError)).code, "NUVOM_LOADER_OUTSIDE_ROOT");
});

Deno.test("loadGraph() takes a root that is itself a symbolic link", async () => {
  await using project = await TestProject.with({ "real/main.js": "export const a = 1" });
  await Deno.symlink(`${project.root}/real`, `${project.root}/link`);
  const graph = await loadGraph([project.url("link/main.js")], { root: `${project.root}/link` });
  assertEquals(graph.modules.size, 1);
});

Deno.test("loadGraph() takes absolute paths, file URLs and names with odd letters inside the root", async () => {
  await using project = await TestProject.with({
    "ä b%zz#?.js": "export const a = 1",
    "x'\"`${1}.js": "export const a = 2",
  });
  const odd = "./ä b%25zz%23%3f.js";
  await project.write(
    "main.js",
    `export { a } from ${JSON.stringify(odd)};
    export { a as b } from ${JSON.stringify(`${project.root}/x'"\`\${1}.js`)};
    export { a as c } from ${JSON.stringify(project.url("x'\"`${1}.js"))};
    const d = (await import(${JSON.stringify(odd)})).a; export { d };`,
  );
  const { a, b, c, d } = await project.run("main.js");
  assertEquals([a, b, c, d], [1, 2, 2, 1]);
});

Deno.test("loadGraph() gives an embedded module the sdk and built-ins, and no files", async () => {
  const embedded = (text: string) =>
    loadGraph(["nuvom:x"], { root: Deno.cwd(), embedded: () => Promise.resolve(text) });
  assertEquals((await embedded("import 'nuvom'; import 'node:fs'; import 'path'")).modules.size, 1);
  assertEquals(
    (await assertRejects(() => embedded("import '/etc/passwd'"), NuvomError)).code,
    "NUVOM_LOADER_SPECIFIER",
  );
});

Deno.test("loadGraph() gives code from URLs no packages, and says how it came there and how to bundle it", async () => {
  await using project = await TestProject.with({
    "main.ts": "import 'mapped'",
    "deno.json": '{ "imports": { "mapped": "https://x.example/mod.js", "own": "./own.ts" } }',
    "package.json": '{ "imports": { "#own": "./own.ts" } }',
    "own.ts": "",
    "node_modules/lodash/index.js": "",
    "node_modules/@std/fs/index.js": "",
  });
  for (const specifier of ["lodash", "npm:lodash@4", "jsr:@std/fs@1", "@std/fs", "own", "#own"]) {
    const files = new Map([
      ["https://x.example/mod.js", "export * from './deep/inner.js'"],
      ["https://x.example/deep/inner.js", `import ${JSON.stringify(specifier)}`],
    ]);
    const load = () => loadGraph([project.url("main.ts")], { root: project.root, remote: remoteOf(files) });
    const error = await assertRejects(load, NuvomError);
    assertEquals(error.code, "NUVOM_LOADER_BARE_SPECIFIER", specifier);
    assertStringIncludes(
      error.message,
      `imported by https://x.example/deep/inner.js, imported by https://x.example/mod.js, imported by ${project.root}/main.ts`,
    );
    assertStringIncludes(error.message, "deno bundle --platform=deno --external=nuvom");
  }
});

Deno.test("loadGraph() takes everything from a URL as an ES module: require would reach the project's files", async () => {
  await using project = await TestProject.with({ "node_modules/lodash/index.js": "", "own.js": "" });
  for (const path of ["mod.cjs", "mod.cts", "node_modules/p/mod.js", "mod.js"]) {
    const url = `https://x.example/${path}`;
    const files = new Map([[
      url,
      `export default typeof require; require("lodash"); require(${JSON.stringify(`${project.root}/own.js`)})`,
    ]]);
    const graph = await loadGraph([url], { root: project.root, remote: remoteOf(files) });
    assertEquals([...graph.modules.keys()], [url]);
    assertEquals(graph.modules.get(url)!.parsed!.commonjs, undefined);
  }
});

function remoteOf(files: ReadonlyMap<string, string>): RemoteModules {
  return {
    load(url) {
      const bytes = new TextEncoder().encode(files.get(url));
      const read = () => Promise.resolve(bytes);
      return Promise.resolve({ url, mediaType: "js", sha256: sha256(bytes), bytes: bytes.length, read });
    },
  };
}
