import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { loadGraph } from "./mod.ts";
import { type Namespace, TestProject } from "./testing.ts";

const PACKAGES = {
  "node_modules/p/package.json": '{"name":"p","version":"1.2.3"}',
  "node_modules/p/index.js": "module.exports = 'p'",
  "node_modules/p/sub.js": "module.exports = 'sub'",
  "node_modules/mapped/index.js": "module.exports = 'installed'",
  "node_modules/user/index.js": "module.exports = require('mapped')",
  "node_modules/module_user/package.json": '{"name":"module_user","type":"module"}',
  "node_modules/module_user/index.js": "export { default } from 'mapped'",
};

async function ran(config: unknown, main: string, more: Readonly<Record<string, string>> = {}): Promise<Namespace> {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  await using project = await TestProject.with({ "deno.json": text, "main.ts": main, ...PACKAGES, ...more });
  return await project.run("main.ts");
}

async function refused(config: unknown, main: string): Promise<NuvomError> {
  return await assertRejects(() => ran(config, main), NuvomError);
}

Deno.test("imports of deno.json map names, folders, packages, built-ins and paths", async () => {
  const imports = {
    "own": "./src/own.ts",
    "@/": "./src/",
    "@/deep/": "./other/",
    "pkg": "npm:p@^1.2.0",
    "pkg/": "npm:/p@1/",
    "slashless": "npm:p@1",
    "alias": "npm:p",
    "path-module": "node:path",
    "mapped": "./src/own.ts",
    "./replaced.ts": "./src/own.ts",
    "fs": "./src/own.ts",
  };
  const m = await ran(
    { imports },
    `export { default as own } from "own"; export { default as folder } from "@/own.ts"; export { default as deep } from "@/deep/x.ts";
     export { default as pkg } from "pkg"; export { default as sub } from "pkg/sub.js"; export { default as alias } from "alias";
     export { default as implied } from "slashless/sub.js"; export { join } from "path-module"; export { default as mapped } from "mapped";
     export { default as replaced } from "./replaced.ts"; export { default as fs } from "fs"; export { readFileSync } from "node:fs";
     export { default as unmapped } from "p"; export const lazy = (await import("own")).default;`,
    { "src/own.ts": "export default 'own' as string", "other/x.ts": "export default 'deep'" },
  );
  const { join, readFileSync, ...values } = m;
  assertEquals([typeof join, typeof readFileSync], ["function", "function"]);
  assertEquals(values, {
    own: "own",
    folder: "own",
    deep: "deep",
    pkg: "p",
    sub: "sub",
    alias: "p",
    implied: "sub",
    mapped: "own",
    replaced: "own",
    fs: "own",
    unmapped: "p",
    lazy: "own",
  });
});

Deno.test("imports of deno.json are for the project's own modules, not for those of packages", async () => {
  const m = await ran(
    { imports: { mapped: "./own.ts" } },
    "export { default as own } from 'mapped'; export { default as user } from 'user'; export { default as other } from 'module_user'",
    { "own.ts": "export default 'own'" },
  );
  assertEquals([m.own, m.user, m.other], ["own", "installed", "installed"]);
});

Deno.test("scopes of deno.json go before its imports, the narrower one first", async () => {
  const m = await ran(
    {
      imports: { x: "./a.ts" },
      scopes: {
        "./in/": { x: "./b.ts" },
        "./in/deep/": { x: "./c.ts" },
        "./one.ts": { x: "./c.ts" },
        "./in/other/": {},
      },
    },
    `export { default as a } from "x"; export { default as b } from "./in/m.ts"; export { default as c } from "./in/deep/m.ts";
     export { default as d } from "./one.ts"; export { default as e } from "./in/other/m.ts";`,
    Object.fromEntries([
      ...["a", "b", "c"].map((name) => [`${name}.ts`, `export default "${name}"`]),
      ...["in/m.ts", "in/deep/m.ts", "in/other/m.ts", "one.ts"].map((file) => [file, "export { default } from 'x'"]),
    ]),
  );
  assertEquals([m.a, m.b, m.c, m.d, m.e], ["a", "b", "c", "c", "b"]);
});

Deno.test("comments, deno.jsonc and a file of its own are taken", async () => {
  const own = { "src/own.ts": "export default 'own'" };
  const main = "export { default } from 'own'";
  const text = '// why\n{ "imports": { "own": "./src/own.ts", /* more */ }, }';
  assertEquals((await ran(text, main, own)).default, "own");
  await using project = await TestProject.with({ "deno.jsonc": text, "main.ts": main, ...own });
  assertEquals((await project.run("main.ts")).default, "own");
  const map = { "src/map.json": '{ "imports": { "own": "./own.ts" } }' };
  assertEquals((await ran({ importMap: "./src/map.json" }, main, { ...own, ...map })).default, "own");
});

Deno.test("a mapped module is the same one when the root is itself a link", async () => {
  await using project = await TestProject.with({
    "real/deno.json": '{ "imports": { "own": "./own.ts" } }',
    "real/own.ts": "export default 'own'",
    "real/main.ts": "import 'own'; import './own.ts'",
  });
  await Deno.symlink(`${project.root}/real`, `${project.root}/link`);
  const graph = await loadGraph([project.url("link/main.ts")], { root: `${project.root}/link` });
  assertEquals([...graph.modules.keys()], [project.url("link/main.ts"), project.url("link/own.ts")]);
});

Deno.test("nothing maps away the sdk, and a map leads to no module that an import could not name", async () => {
  const map = {
    imports: {
      nuvom: "./gone.ts",
      out: "../outside.ts",
      root: "/etc/passwd",
      vm: "node:vm",
      data: "data:text/javascript,export default 1",
      jsr: "jsr:@std/path@1",
      hidden: "./%2e%2e/x.ts",
      url: "https://example.com/x.js",
    },
  };
  assertEquals((await ran(map, "import 'nuvom'; export default 1")).default, 1);
  const codes = {
    out: "NUVOM_LOADER_NOT_FOUND",
    root: "NUVOM_LOADER_OUTSIDE_ROOT",
    hidden: "NUVOM_LOADER_NOT_FOUND",
    vm: "NUVOM_LOADER_BUILTIN_REFUSED",
    data: "NUVOM_LOADER_SPECIFIER",
    jsr: "NUVOM_LOADER_JSR",
    url: "NUVOM_LOADER_SPECIFIER",
  };
  for (const [name, code] of Object.entries(codes)) {
    const error = await refused(map, `import "${name}"`);
    assertEquals(error.code, code, name);
    assertStringIncludes(error.message, "main.ts");
  }
});

Deno.test("a deno.json that can't be read says so; one bad entry harms only those that use it", async () => {
  const cases: readonly (readonly [config: unknown, part: string])[] = [
    ["{ torn", "JSONC"],
    ["[]", "no object"],
    [{ imports: [] }, '"imports" is no object'],
    [{ scopes: 1 }, '"scopes" is no object'],
    [{ importMap: "./gone.json" }, "gone.json"],
    [{ imports: { x: "bare" } }, '"x" must stand for a path that begins with "./", or for a URL'],
    [{ imports: { x: null } }, '"x" must stand for'],
    [{ imports: { "x/": "./src" }, scopes: {} }, '"x/" ends with a slash'],
  ];
  for (const [config, part] of cases) {
    const error = await refused(config, part.startsWith('"x/"') ? "import 'x/y.ts'" : "import 'x'");
    assertEquals([error.code, error.exitCode], ["NUVOM_LOADER_IMPORT_MAP", 3], error.message);
    assertStringIncludes(error.message, part);
    assertStringIncludes(error.message, "deno.json");
  }
  assertEquals((await ran({ imports: { x: "bare" } }, "export default 1")).default, 1);
  assertEquals((await ran("", "export default 1")).default, 1);
});

Deno.test("what comes from JSR, or is a member of a workspace, is refused with what to do instead", async () => {
  const imports = { "@std/fs": "jsr:@std/fs@^1.0.0" };
  for (const main of ["import 'jsr:@std/fs@1/walk'", "import '@std/fs'", "import '@std/fs/walk'"]) {
    const error = await refused({ imports }, main);
    assertEquals([error.code, error.exitCode], ["NUVOM_LOADER_JSR", 3]);
    for (const part of ["npx jsr add @std/fs", "deno bundle", "main.ts)"]) assertStringIncludes(error.message, part);
  }
  const member = await refused({ workspace: ["./kit"] }, "import '@own/kit'");
  assertEquals(member.code, "NUVOM_LOADER_PACKAGE_NOT_FOUND");
  assertStringIncludes(member.message, '"imports": { "@own/kit": "./MEMBER/mod.ts" }');
  const mapped = { workspace: ["./kit"], imports: { "@own/kit": "./kit/mod.ts" } };
  const kit = { "kit/mod.ts": "export default 'kit'", "kit/deno.json": '{ "name": "@own/kit" }' };
  assertEquals((await ran(mapped, "export { default } from '@own/kit'", kit)).default, "kit");
});

Deno.test("a member of an npm workspace is found through its link, and one that lies elsewhere is refused", async () => {
  await using project = await TestProject.with({
    "packages/kit/package.json": '{ "name": "@own/kit", "type": "module", "exports": "./index.js" }',
    "packages/kit/index.js": "export { default } from 'p'",
    "packages/app/main.ts": "export { default } from '@own/kit'",
    ...PACKAGES,
  });
  await Deno.mkdir(`${project.root}/node_modules/@own`);
  await Deno.symlink("../../packages/kit", `${project.root}/node_modules/@own/kit`);
  assertEquals((await project.run("packages/app/main.ts")).default, "p");
  const app = `${project.root}/packages/app`;
  const error = await assertRejects(() => loadGraph([project.url("packages/app/main.ts")], { root: app }), NuvomError);
  assertEquals(error.code, "NUVOM_LOADER_PACKAGE_OUTSIDE");
  assertStringIncludes(error.message, "move the manifest up");
});
