import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { graphRecord, loadGraph, recordIsFresh } from "./mod.ts";
import { type Namespace, TestProject } from "./testing.ts";

type Files = Readonly<Record<string, string>>;

/** A package's files as they lie in a project. */
function installed(name: string, json: object, files: Files, where = "node_modules"): Files {
  const all = { ...files, "package.json": JSON.stringify({ name, version: "1.0.0", ...json }) };
  return Object.fromEntries(Object.entries(all).map(([file, text]) => [`${where}/${name}/${file}`, text]));
}

async function ran(main: string, ...files: readonly Files[]): Promise<Namespace> {
  await using project = await TestProject.with(Object.assign({ "main.ts": main }, ...files));
  return await project.run("main.ts");
}

async function refused(main: string, ...files: readonly Files[]): Promise<NuvomError> {
  await using project = await TestProject.with(Object.assign({ "main.ts": main }, ...files));
  return await assertRejects(() => project.graph("main.ts"), NuvomError);
}

const DUAL = installed("dual", {
  exports: {
    ".": { import: "./index.mjs", require: "./index.cjs" },
    "./sub": { deno: "./deno.mjs", default: "./other.cjs" },
    "./parts/*": "./parts/*.mjs",
    "./parts/inner/*": null,
  },
}, {
  "index.mjs": "export const kind = 'module'",
  "index.cjs": "exports.kind = 'commonjs'",
  "deno.mjs": "export default 'deno'",
  "other.cjs": "module.exports = 'other'",
  "parts/a.mjs": "export default 'a'",
  "parts/inner/b.mjs": "export default 'b'",
});

Deno.test("an import takes the package's entry for imports, a require the one for requires", async () => {
  const m = await ran(
    `export { kind } from "dual"; export { default as sub } from "dual/sub"; export { default as part } from "dual/parts/a";
     import required from "requires"; export const other = required.kind;`,
    DUAL,
    installed("requires", {}, { "index.js": "module.exports = require('dual')" }),
  );
  assertEquals([m.kind, m.sub, m.part, m.other], ["module", "deno", "a", "commonjs"]);
});

Deno.test("a package without exports is found by main, index and module, in that order", async () => {
  const file = "export default import.meta.url.split('/').slice(-2).join('/')";
  const m = await ran(
    ["main_js", "main_dir", "main_bare", "main_gone", "index", "by_module"].map((name) =>
      `export { default as ${name} } from "${name}";`
    ).join(""),
    installed("main_js", { type: "module", main: "./lib/m.js" }, { "lib/m.js": file, "index.js": "" }),
    installed("main_dir", { type: "module", main: "lib" }, { "lib/index.js": file, "index.js": "" }),
    installed("main_bare", { type: "module", main: "lib/m" }, { "lib/m.js": file }),
    installed("main_gone", { type: "module", main: "dist/m.js" }, { "index.js": file }),
    installed("index", { type: "module", module: "other.js" }, { "index.js": file, "other.js": "" }),
    installed("by_module", { module: "dist/m.js" }, { "dist/m.js": file }),
  );
  assertEquals({ ...m }, {
    main_js: "lib/m.js",
    main_dir: "lib/index.js",
    main_bare: "lib/m.js",
    main_gone: "main_gone/index.js",
    index: "index/index.js",
    by_module: "dist/m.js",
  });
});

Deno.test("require finds endings, folders and JSON; an import must name the whole file, and is told it", async () => {
  const files = installed("p", {}, {
    "a.js": "exports.a = 1",
    "both.js": "exports.file = true",
    "both/index.js": "exports.folder = true",
    "dir/package.json": '{"main":"./x/y"}',
    "dir/x/y.json": '{"json":1}',
    "index.js":
      `exports.found = ["./a", "./both", "./both/", "./dir", "./dir/x", "./", ".", "p/a", "p/package.json"].map((s) => {
      try { return Object.keys(s === "./" || s === "." ? { self: 1 } : take(s)).join() } catch (e) { return e.code }
    }); function take(s) { return { "./a": () => require("./a"), "./both": () => require("./both"), "./both/": () => require("./both/"),
      "./dir": () => require("./dir"), "./dir/x": () => require("./dir/x"), "p/a": () => require("p/a"), "p/package.json": () => require("p/package.json") }[s]() }
      exports.self = require(".") === exports && require("./") === exports;`,
  });
  const m = await ran("export { found, self } from 'p'", files);
  assertEquals(m.found, ["a", "file", "folder", "json", "MODULE_NOT_FOUND", "self", "self", "a", "name,version"]);
  assertEquals(m.self, true);
  for (const [specifier, meant] of [["p/a", "p/a.js"], ["p/both/", "both.js"], ["p/dir", "dir/x/y.json"]] as const) {
    const error = await refused(`import "${specifier}"`, files);
    assertEquals(error.code, "NUVOM_LOADER_PACKAGE_FILE");
    assertStringIncludes(error.message, `${meant}?`);
  }
});

Deno.test("a package finds its own version of a dependency before that of the project", async () => {
  const m = await ran(
    "export { default as mine } from 'dep'; export { dep as its } from 'p'",
    installed("dep", {}, { "index.js": "module.exports = 'outer'" }),
    installed("p", {}, {
      "lib/x.js": "exports.dep = require('dep')",
      "index.js": "module.exports = require('./lib/x')",
    }),
    installed("dep", {}, { "index.js": "module.exports = 'inner'" }, "node_modules/p/node_modules"),
  );
  assertEquals([m.mine, m.its], ["outer", "inner"]);
});

Deno.test("a module of a nested folder finds the packages of the folders above it", async () => {
  await using project = await TestProject.with({
    "tasks/deep/main.ts": "export { default } from 'dep'",
    ...installed("dep", {}, { "index.js": "module.exports = 'found'" }),
  });
  assertEquals((await project.run("tasks/deep/main.ts")).default, "found");
});

Deno.test("a package names itself by its exports, and only by them", async () => {
  const inner = { "index.mjs": "export { default } from 'self/part'", "part.mjs": "export default 'part'" };
  const exports = { ".": "./index.mjs", "./part": "./part.mjs" };
  assertEquals((await ran("export { default } from 'self'", installed("self", { exports }, inner))).default, "part");
  const error = await refused("import 'self'", installed("self", { main: "index.mjs" }, inner));
  assertEquals(error.code, "NUVOM_LOADER_PACKAGE_FILE");
});

Deno.test("#imports mean files, packages and built-ins, in packages and in the project itself", async () => {
  const m = await ran(
    "import own from '#own'; import p from 'p'; export { own, p }; export { join } from '#path'",
    {
      "package.json": '{"imports":{"#own":"./src/own.ts","#path":"node:path"}}',
      "src/own.ts": "export default 1 as number",
    },
    installed(
      "p",
      { imports: { "#dep": { require: "dep", import: "./nope.js" }, "#in/*": "./lib/*.js", "#fs": "fs" } },
      {
        "index.js": "module.exports = [require('#dep'), require('#in/x'), typeof require('#fs').readFileSync]",
        "lib/x.js": "module.exports = 'x'",
      },
    ),
    installed("dep", {}, { "index.js": "module.exports = 'dep'" }),
  );
  assertEquals([m.own, m.p, typeof m.join], [1, ["dep", "x", "function"], "function"]);
  assertEquals((await refused("import '#gone'", { "package.json": "{}" })).code, "NUVOM_LOADER_PACKAGE_IMPORT");
  assertEquals((await refused("import '#gone'")).code, "NUVOM_LOADER_PACKAGE_IMPORT");
});

Deno.test("built-ins go before packages of their name; what is built in only with node: does not", async () => {
  const m = await ran(
    `import fs from "fs"; import sqlite from "sqlite"; import p from "p"; export const all = [typeof fs.readFileSync, sqlite, p];`,
    installed("fs", {}, { "index.js": "module.exports = 'package'" }),
    installed("sqlite", {}, { "index.js": "module.exports = 'package'" }),
    installed("punycode", {}, { "index.js": "module.exports = 'package'" }),
    installed("p", {}, { "index.js": "module.exports = [typeof require('punycode').encode, require('punycode/')]" }),
  );
  assertEquals(m.all, ["function", "package", ["function", "package"]]);
});

Deno.test("links inside the project are followed, and a module has one identity by whatever link", async () => {
  for (const store of [".deno", ".pnpm"]) {
    const at = `node_modules/${store}/p@1.0.0/node_modules`;
    await using project = await TestProject.with({
      "main.ts": "export { default as p, dep } from 'p'; export { default as same } from 'q'",
      ...installed("p", {}, { "index.js": "exports.dep = require('dep').name; exports.id = {}" }, at),
      ...installed("dep", {}, { "index.js": "exports.name = 'dep'" }, `node_modules/${store}/dep@1.0.0/node_modules`),
      ...installed(
        "q",
        {},
        { "index.js": "module.exports = require('p')" },
        `node_modules/${store}/q@1.0.0/node_modules`,
      ),
      "packages/own/package.json": '{"name":"own","exports":"./mod.ts"}',
      "packages/own/mod.ts": "export const own: number = 1",
      "own.ts": "export { own } from 'own'",
    });
    const link = async (target: string, name: string) => {
      await Deno.symlink(target, `${project.root}/node_modules/${name}`);
    };
    await link(`${store}/p@1.0.0/node_modules/p`, "p");
    await link(`${store}/q@1.0.0/node_modules/q`, "q");
    await link("../packages/own", "own");
    await link("../../dep@1.0.0/node_modules/dep", `${store}/p@1.0.0/node_modules/dep`);
    await link("../../p@1.0.0/node_modules/p", `${store}/q@1.0.0/node_modules/p`);
    const m = await project.run("main.ts");
    assertEquals([m.dep, m.p === m.same], ["dep", true]);
    assertEquals((await project.run("own.ts")).own, 1);
  }
});

Deno.test("packages that lie outside of the project are refused: by a link, by a link to a file, in a folder above", async () => {
  await using outside = await TestProject.with({
    ...installed("p", {}, { "index.js": "" }),
    "app/main.ts": "import 'p'",
  });
  await using project = await TestProject.with({
    "main.ts": "import 'p'",
    "file.ts": "import 'q'",
    ...installed("q", {}, {}),
  });
  await Deno.symlink(`${outside.root}/node_modules/p`, `${project.root}/node_modules/p`);
  await Deno.symlink(`${outside.root}/node_modules/p/index.js`, `${project.root}/node_modules/q/index.js`);
  const load = () => loadGraph([outside.url("app/main.ts")], { root: `${outside.root}/app` });
  for (const attempt of [() => project.graph("main.ts"), () => project.graph("file.ts"), load]) {
    const error = await assertRejects(attempt, NuvomError);
    assertEquals([error.code, error.exitCode], ["NUVOM_LOADER_PACKAGE_OUTSIDE", 3]);
    assertStringIncludes(error.message, `${outside.root}/node_modules/p`);
    assertStringIncludes(error.message, "npm or deno install");
  }
});

Deno.test("what a package does not have is refused with the package, the importer and what to do", async () => {
  const cases: readonly (readonly [main: string, code: string, part: string])[] = [
    ["import 'gone'", "NUVOM_LOADER_PACKAGE_NOT_FOUND", "npm install gone"],
    ["import '@a/gone/x.js'", "NUVOM_LOADER_PACKAGE_NOT_FOUND", "npm install @a/gone"],
    ["import 'dual/gone'", "NUVOM_LOADER_PACKAGE_EXPORT", '"./gone"'],
    ["import 'dual/index.mjs'", "NUVOM_LOADER_PACKAGE_EXPORT", "dual/package.json"],
    ["import 'dual/parts/inner/b'", "NUVOM_LOADER_PACKAGE_EXPORT", '"./parts/inner/b"'],
    ["import 'nomain'", "NUVOM_LOADER_PACKAGE_EXPORT", "no main module"],
    ["import 'empty'", "NUVOM_LOADER_PACKAGE_FILE", "empty/index.js"],
    ["import 'torn'", "NUVOM_LOADER_PACKAGE_CONFIG", "torn/package.json"],
    ["import 'leaves'", "NUVOM_LOADER_PACKAGE_CONFIG", "../x.js"],
    ["import 'native'", "NUVOM_LOADER_NATIVE", "addon.node"],
    ["import '@a'", "NUVOM_LOADER_SPECIFIER", '"@a"'],
    ["import 'dual/%2e%2e/x.js'", "NUVOM_LOADER_SPECIFIER", "%2e%2e"],
    ["import 'empty/x%2fy.js'", "NUVOM_LOADER_SPECIFIER", "%2f"],
    ["import 'nuvom/inner'", "NUVOM_LOADER_BARE_SPECIFIER", "nuvom/inner"],
  ];
  for (const [main, code, part] of cases) {
    const error = await refused(
      main,
      DUAL,
      installed("nomain", { exports: { "./x": "./x.js" } }, {}),
      installed("empty", {}, {}),
      installed("leaves", { exports: "../x.js" }, {}),
      installed("native", { main: "./addon.node" }, { "addon.node": "" }),
      installed("nuvom", {}, { "inner.js": "" }),
      { "node_modules/torn/package.json": "{ torn" },
    );
    assertEquals([error.code, error.exitCode], [code, 3], error.message);
    assertStringIncludes(error.message, part);
    assertStringIncludes(error.message, "main.ts)");
  }
});

Deno.test("an npm: specifier takes the installed version that it asks for, or says which one there is", async () => {
  const files: readonly Files[] = [
    installed("p", { version: "2.1.0" }, { "index.js": "module.exports = 2", "sub.js": "module.exports = 'sub'" }),
    installed(
      "p",
      { version: "1.4.0" },
      { "index.js": "module.exports = 1.4" },
      "node_modules/.deno/p@1.4.0/node_modules",
    ),
    installed(
      "p",
      { version: "1.2.0" },
      { "index.js": "module.exports = 1.2" },
      "node_modules/.deno/p@1.2.0_1/node_modules",
    ),
    installed("@s/p", { version: "1.0.0" }, { "index.js": "module.exports = 's'" }),
    installed(
      "@s/p",
      { version: "3.0.0" },
      { "index.js": "module.exports = 3" },
      "node_modules/.deno/@s+p@3.0.0/node_modules",
    ),
  ];
  const takes: readonly (readonly [specifier: string, value: unknown])[] = [
    ["npm:p", 2],
    ["npm:p@2", 2],
    ["npm:p@latest", 2],
    ["npm:p@^2.0.0/sub.js", "sub"],
    ["npm:/p@2/sub.js", "sub"],
    ["npm:p@1", 1.4],
    ["npm:p@~1.2.0", 1.2],
    ["npm:@s/p@1", "s"],
    ["npm:@s/p@>=2", 3],
  ];
  for (const [specifier, value] of takes) {
    assertEquals((await ran(`export { default } from "${specifier}"`, ...files)).default, value, specifier);
  }
  const error = await refused("import 'npm:p@^3'", ...files);
  assertEquals(error.code, "NUVOM_LOADER_PACKAGE_VERSION");
  assertStringIncludes(error.message, "wanted as ^3, and node_modules holds 2.1.0");
  assertEquals((await refused("import 'npm:gone@1'", ...files)).code, "NUVOM_LOADER_PACKAGE_NOT_FOUND");
  for (const odd of ["npm:", "npm:@s", "npm:p@1/%2e%2e/x.js", "npm:../x"]) {
    assertEquals((await refused(`import '${odd}'`, ...files)).code, "NUVOM_LOADER_SPECIFIER", odd);
  }
});

Deno.test("a file of a package is CommonJS or an ES module by its ending, its package's type, and last its syntax", async () => {
  const isModule = "export default typeof require";
  const isCommonJs = "module.exports = typeof require";
  const names = ["typed", "plain", "syntax", "tla", "said"];
  const m = await ran(
    `${names.map((name) => `export { default as ${name} } from "${name}";`).join("")}
     export { default as mjs } from "plain/x.mjs"; export { default as cjs } from "typed/x.cjs"; export { default as nested } from "typed/nested/x.js";
     export { default as own } from "./own.js"; export { default as ownCjs } from "./own.cjs"; export { default as cts } from "./own.cts";
     export { default as scoped } from "./cjs/own.js"; export { default as scopedModule } from "./cjs/module.js";`,
    installed("typed", { type: "module" }, {
      "index.js": isModule,
      "x.cjs": isCommonJs,
      "nested/package.json": '{"type":"commonjs"}',
      "nested/x.js": isCommonJs,
    }),
    installed("plain", {}, { "index.js": isCommonJs, "x.mjs": isModule }),
    installed("syntax", {}, { "index.js": isModule }),
    installed("tla", {}, { "index.js": "const t = await typeof require; export { t as default }" }),
    installed("said", { type: "commonjs" }, { "index.js": isCommonJs }),
    {
      "own.js": isModule,
      "own.cjs": isCommonJs,
      "own.cts": "const text: string = typeof require; module.exports = text",
      "cjs/package.json": '{"type":"commonjs"}',
      "cjs/own.js": isCommonJs,
      "cjs/module.js": isModule,
    },
  );
  const modules = Object.entries(m).filter(([, value]) => value === "undefined").map(([name]) => name);
  assertEquals(modules, ["mjs", "own", "scopedModule", "syntax", "tla", "typed"]);
});

Deno.test("recordIsFresh() is false once a file changes that says what imports mean", async () => {
  await using project = await TestProject.with({
    "main.ts": "import 'p'",
    ...installed("p", { exports: "./a.js" }, { "a.js": "", "b.js": "" }),
  });
  const record = JSON.parse(JSON.stringify(graphRecord(await project.graph("main.ts"))));
  assertEquals(await recordIsFresh(record), true);
  await project.write("deno.json", "{}");
  assertEquals(await recordIsFresh(record), false);
  await Deno.remove(`${project.root}/deno.json`);
  assertEquals(await recordIsFresh(record), true);
  await project.write("node_modules/p/package.json", JSON.stringify({ name: "p", exports: "./b.js" }));
  assertEquals(await recordIsFresh(record), false);
});
