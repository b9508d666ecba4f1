import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { exportTarget, importTarget, InvalidMap, type Want } from "./package_target.ts";

type Case = readonly [exports: unknown, subpath: string, want: Want, found: string | null];

const EXPORTS: readonly Case[] = [
  ["./a.js", ".", "import", "./a.js"],
  ["./a.js", "./a.js", "import", null],
  [{ ".": "./a.js" }, ".", "require", "./a.js"],
  [{ import: "./a.mjs", require: "./a.cjs" }, ".", "import", "./a.mjs"],
  [{ import: "./a.mjs", require: "./a.cjs" }, ".", "require", "./a.cjs"],
  [{ browser: "./b.js", types: "./t.d.ts", default: "./d.js" }, ".", "import", "./d.js"],
  [{ deno: "./deno.js", node: "./node.js" }, ".", "import", "./deno.js"],
  [{ node: "./node.js", deno: "./deno.js" }, ".", "import", "./node.js"],
  [{ "module-sync": "./sync.js", import: "./i.js" }, ".", "import", "./sync.js"],
  [{ browser: "./b.js", worker: "./w.js", production: "./p.js" }, ".", "import", null],
  // What applies outside and holds nothing inside is passed over.
  [{ node: { import: "./i.mjs" }, default: "./d.js" }, ".", "require", "./d.js"],
  [{ node: { import: "./i.mjs", default: "./n.js" }, default: "./d.js" }, ".", "require", "./n.js"],
  // A null is an answer.
  [{ node: null, default: "./d.js" }, ".", "import", null],
  [{ ".": "./a.js", "./inner/*": null, "./*": "./*.js" }, "./inner/x", "import", null],
  [{ "./*": "./lib/*.js" }, "./a/b", "import", "./lib/a/b.js"],
  [{ "./*": "./lib/*.js" }, ".", "import", null],
  [{ "./*.js": "./lib/*.js" }, "./a.css", "import", null],
  [{ "./x/*/y": "./*/z/*.js" }, "./x/1/y", "import", "./1/z/1.js"],
  [{ "./x/*/y": "./*.js" }, "./x//y", "import", null],
  [{ "./*.js": "./a/*", "./a.b.js": "./exact.js" }, "./a.b.js", "import", "./exact.js"],
  [{ "./*.js": "./one/*", "./a*.js": "./two/*" }, "./ab.js", "import", "./two/b"],
  // More before the star is closer, however long the whole pattern is.
  [{ "./a/*/index.js": "./far/*.js", "./a/b/*": "./near/*" }, "./a/b/index.js", "import", "./near/index.js"],
  [{ "./a+b(*": "./x/*.js" }, "./a+b(c", "import", "./x/c.js"],
  [{ "./a": "./$&.js", "./b*": "./*.js" }, "./b$&", "import", "./$&.js"],
  [{ "./lib/": "./lib/" }, "./lib/a.js", "import", null],
  [["./a.js", "./b.js"], ".", "import", "./a.js"],
  [["a.js", { browser: "./b.js" }, "./c.js"], ".", "import", "./c.js"],
  [[], ".", "import", null],
  [{ "./__proto__": "./p.js" }, "./__proto__", "import", "./p.js"],
  [{ ".": "./a.js" }, "./constructor", "import", null],
];

for (const [exports, subpath, want, found] of EXPORTS) {
  Deno.test(`exportTarget() gives ${found} for ${want} of ${subpath} in ${JSON.stringify(exports)}`, () => {
    assertEquals(exportTarget(exports, subpath, want), found);
  });
}

const INVALID: readonly (readonly [exports: unknown, subpath: string])[] = [
  ["../a.js", "."],
  ["/etc/passwd", "."],
  ["a.js", "."],
  ["https://example.com/a.js", "."],
  ["./../a.js", "."],
  ["./a/%2e%2e/b.js", "."],
  ["./a/..\\b.js", "."],
  ["./node_modules/x/a.js", "."],
  [{ "./*": "./*" }, "./../x"],
  [{ "./*": "./*" }, "./a/%2E%2e/x"],
  [{ "./*": "./*" }, "./node_modules/x"],
  [{ ".": "./a.js", import: "./b.js" }, "."],
  [{ ".": 1 }, "."],
  [["a.js", "b.js"], "."],
];

for (const [exports, subpath] of INVALID) {
  Deno.test(`exportTarget() refuses ${JSON.stringify(exports)} for ${subpath}`, () => {
    assertThrows(() => exportTarget(exports, subpath, "import"), InvalidMap);
  });
}

Deno.test("importTarget() gives files, packages and built-ins, by conditions and patterns", () => {
  const imports = {
    "#file": "./a.js",
    "#dep": { deno: "lodash", default: "./shim.js" },
    "#only": { require: "./only.cjs" },
    "#fs": "node:fs",
    "#scoped": "@a/b/c.js",
    "#in/*": "./src/*.js",
    "#none": null,
  };
  const given = (specifier: string, want: Want = "import") => importTarget(imports, specifier, want);
  assertEquals([given("#file"), given("#dep"), given("#fs")], ["./a.js", "lodash", "node:fs"]);
  assertEquals([given("#scoped"), given("#in/x/y")], ["@a/b/c.js", "./src/x/y.js"]);
  assertEquals([given("#only"), given("#only", "require")], [null, "./only.cjs"]);
  for (const none of ["#none", "#other", "#", "#/x", "#constructor"]) assertEquals(given(none), null, none);
  assertEquals(importTarget(undefined, "#file", "import"), null);
});

Deno.test("importTarget() refuses what leaves the package", () => {
  for (
    const target of ["../x.js", "/x.js", "https://example.com/x.js", "data:text/javascript,1", "#other", "./../x.js"]
  ) {
    const error = assertThrows(() => importTarget({ "#x": target }, "#x", "import"), InvalidMap);
    assertStringIncludes(error.message, "target");
  }
});
