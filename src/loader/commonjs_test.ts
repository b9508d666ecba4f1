import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { parseModule } from "./parse_module.ts";
import { importAsGuest, type Namespace, TestProject } from "./testing.ts";

/** Runs `main.js`, an ES module, beside a package `c` of these files. */
async function ran(main: string, files: Readonly<Record<string, string>>): Promise<Namespace> {
  await using project = await packaged(main, files);
  return await project.run("main.js");
}

function packaged(main: string, files: Readonly<Record<string, string>>): Promise<TestProject> {
  const inPackage = Object.entries(files).map(([name, text]) => [`node_modules/c/${name}`, text]);
  return TestProject.with({ "main.js": main, ...Object.fromEntries(inPackage) });
}

Deno.test("a CommonJS module has what Node gives it", async () => {
  await using project = await packaged("export { default as c } from 'c'", {
    "index.js": `module.exports = { self: this === exports && exports === module.exports, count: arguments.length,
      filename: __filename, dirname: __dirname, id: module.id, path: module.path, loaded: module.loaded, module,
      main: require.main, parent: module.parent, inner: require("./inner.js"), member: module.require("./inner.js") };`,
    "inner.js":
      "module.exports = { parent: module.parent.id, loaded: module.parent.loaded, loads: (globalThis.loads = (globalThis.loads ?? 0) + 1) }",
  });
  const { c } = await project.run("main.js");
  const folder = `${project.root}/node_modules/c`;
  assertEquals([c.self, c.count, c.loaded, c.module.loaded, c.module.exports === c], [true, 5, false, true, true]);
  assertEquals([c.filename, c.dirname, c.id, c.path], [`${folder}/index.js`, folder, `${folder}/index.js`, folder]);
  assertEquals([c.main, c.parent, c.inner === c.member], [undefined, undefined, true]);
  assertEquals(c.inner, { parent: `${folder}/index.js`, loaded: false, loads: 1 });
  delete (globalThis as Namespace).loads;
});

Deno.test("a CommonJS module is sloppy code, unless it says that it is strict", async () => {
  const m = await ran("export { default as sloppy } from 'c'; export { default as strict } from 'c/strict.js'", {
    "index.js":
      `var octal = 010; with ({ found: 1 }) { var found2 = found } function f(a, a) { return this } leaked = 1;
      function g(x) { arguments[0] = 2; return x } Object.freeze(exports).quiet = 1; delete globalThis.leaked;
      <!-- an old comment
      module.exports = [octal, found2, f() === globalThis, g(1), typeof exports.quiet]; return; module.exports = "past the return"`,
    "strict.js": `"use strict"; module.exports = (function () { return this })()`,
  });
  assertEquals([m.sloppy, m.strict], [[8, 1, true, 2, "undefined"], undefined]);
});

Deno.test("a module that is required runs when it is required, and once", async () => {
  const m = await ran("import c, { order } from 'c'; export { c, order }", {
    "index.js":
      `const order = exports.order = []; globalThis.note = (x) => order.push(x); note("index"); exports.lazy = () => require("./lazy");
      if (order.length > 1) require("./never"); note("before a"); require("./a"); require("./a.js"); note("after a");`,
    "a.js": "note('a'); require('./b')",
    "b.js": "note('b')",
    "lazy.js": "note('lazy'); module.exports = 'lazy'",
    "never.js": "note('never')",
  });
  const { c, order } = m;
  assertEquals(order, ["index", "before a", "a", "b", "after a"]);
  assertEquals([c.lazy(), c.lazy(), order.at(-1), order.length], ["lazy", "lazy", "lazy", 6]);
  delete (globalThis as Namespace).note;
});

Deno.test("a cycle sees what the other module has exported so far", async () => {
  const { default: c } = await ran("export { default } from 'c'", {
    "index.js": "exports.early = 1; exports.b = require('./b'); exports.late = 2",
    "b.js": "const a = require('./index'); exports.seen = Object.keys(a); exports.later = () => a.late",
  });
  assertEquals([c.b.seen, c.b.later()], [["early"], 2]);
});

Deno.test("a module that throws runs again when it is required again", async () => {
  const { c } = await ran("export { default as c } from 'c'", {
    "index.js": "exports.attempt = () => { try { return require('./bad') } catch (e) { return e.message } }",
    "bad.js":
      "globalThis.tries = (globalThis.tries ?? 0) + 1; exports.half = 1; if (tries < 3) throw new Error('try ' + tries)",
  });
  assertEquals([c.attempt(), c.attempt(), c.attempt(), c.attempt()], ["try 1", "try 2", { half: 1 }, { half: 1 }]);
  delete (globalThis as Namespace).tries;
});

Deno.test("an ES module imports a CommonJS one by default, by the names that it has, and as a whole", async () => {
  const m = await ran(
    `import c, { a, b, renamed as r } from "c"; import * as all from "c"; export { c, a, b, r, all };
     export * as literal from "c/literal.js"; export * as handed from "c/handed.js"; export * as fn from "c/fn.js";
     export * as compiled from "c/compiled.js"; export * as odd from "c/odd.js"; export const lazy = await import("c");`,
    {
      "index.js": "exports.a = 1; Object.defineProperty(exports, 'b', { get() { return 2 } }); exports['renamed'] = 3;",
      "literal.js":
        "const x = 1; module.exports = { x, 'a b': 2, method() {}, call: make(), ...require('./index.js') }; function make() { return 3 }",
      "handed.js": "module.exports = require('./literal.js')",
      "fn.js": "module.exports = function () { return 'fn' }; module.exports.extra = 1",
      "compiled.js":
        `"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.default = "its default"; exports.named = 1;
        var __exportStar = (m, e) => Object.assign(e, { a: m.a }); __exportStar(require("./index.js"), exports);`,
      "odd.js":
        "module.exports = null; exports.gone = 1; Object.defineProperty(exports, 'throws', { get() { throw 1 } })",
    },
  );
  assertEquals([m.c.a, m.a, m.b, m.r, m.lazy === m.all], [1, 1, 2, 3, true]);
  assertEquals(Object.keys(m.all), ["a", "b", "default", "module.exports", "renamed"]);
  assertEquals([m.all.default, m.all["module.exports"]], [m.c, m.c]);
  assertEquals([m.literal.x, m.literal["a b"], typeof m.literal.method, m.literal.call, m.literal.a], [
    1,
    2,
    "function",
    3,
    1,
  ]);
  assertEquals([m.handed.x, m.handed.a, m.handed.default === m.literal.default], [1, 1, true]);
  assertEquals([m.fn.default(), m.fn.extra], ["fn", 1]);
  assertEquals([m.compiled.default.default, m.compiled.named, m.compiled.a, m.compiled.__esModule], [
    "its default",
    1,
    1,
    true,
  ]);
  assertEquals([m.odd.default, m.odd.gone, m.odd.throws], [null, undefined, undefined]);
});

Deno.test("require gives an ES module its namespace, as Node does for both kinds of exports", async () => {
  const m = await ran("export { default as c } from 'c'", {
    "index.js":
      "for (const name of ['named', 'default', 'own', 'tla']) exports[name] = () => take(name); const take = (name) => name === 'named' ? require('./named.mjs') : name === 'default' ? require('./default.mjs') : name === 'own' ? require('./own.mjs') : require('./tla.mjs')",
    "named.mjs": "export const a = 1",
    "default.mjs": "export default 'd'; export let live = 1; export const change = () => live++",
    "own.mjs": "const own = () => 'own'; export { own as 'module.exports' }; export default 1",
    "tla.mjs": "export const late = await Promise.resolve(3)",
  });
  const { c } = m;
  assertEquals([c.named().a, Object.keys(c.named()), c.own()()], [1, ["a"], "own"]);
  const made = c.default();
  assertEquals([made.default, made.__esModule, made === c.default()], ["d", true, true]);
  made.change();
  assertEquals([made.live, c.tla().late], [2, 3]);
});

Deno.test("require reads JSON, the same object each time", async () => {
  const { c } = await ran("export { default as c } from 'c'; ", {
    "index.js":
      "const d = require('./d'); d.added = 1; module.exports = { d, again: require('./d.json'), none: require('./none.json'), text: require('./text.json') }",
    "d.json": '\ufeff{"a":[1],"__proto__":{"b":1}}',
    "none.json": "null",
    "text.json": '"\\u2028"',
  });
  assertEquals([c.d.a, Object.keys(c.d), c.d === c.again], [[1], ["a", "__proto__", "added"], true]);
  assertEquals([c.none, c.text], [null, "\u2028"]);
});

Deno.test("require gives built-ins, shims and the sdk, and refuses the others when it is called", async () => {
  await using project = await packaged(
    "export { default as c } from 'c'; import fs from 'fs'; import process from 'process'; export { fs, process }",
    {
      "index.js":
        `exports.fs = require("fs"); exports.again = require("node:fs"); exports.process = require("process"); exports.task = require("nuvom").task;
      exports.refused = ["vm", "node:repl", "inspector"].map((name) => { try { name === "vm" ? require("vm") : name === "inspector" ? require("inspector") : require("node:repl") } catch (e) { return e.code } });
      exports.computed = (name) => require(name);`,
    },
  );
  const task = () => {};
  const { c, fs, process } = await project.run("main.js", { sdk: { task } });
  assertEquals([c.fs === fs, c.again === fs, c.process === process, c.task === task], [true, true, true, true]);
  assertEquals(c.refused, Array(3).fill("NUVOM_LOADER_BUILTIN_REFUSED"));
  assertEquals([c.computed("fs") === fs, c.computed("node:fs") === fs], [true, true]);
  assertEquals(assertThrows(() => c.computed("wasi"), Error).message.includes("verified modules"), true);
});

Deno.test("what is not there throws MODULE_NOT_FOUND where it is required, and nothing before", async () => {
  const { default: c } = await ran("export { default } from 'c'", {
    "index.js": `const seen = (f) => { try { return f() } catch (e) { return [e.code, e.message.split(".")[0]] } };
      exports.package = seen(() => require("gone")); exports.file = seen(() => require("./gone")); exports.above = seen(() => require("../../../../../../gone"));
      exports.native = seen(() => require("./x.node"))[0]; exports.hidden = seen(() => require("part/hidden"))[0]; exports.empty = seen(() => require(""))[0];
      exports.resolve = seen(() => require.resolve("gone"))[0]; exports.number = seen(() => require(5))[0]; exports.url = seen(() => require("https://example.com/x.js"))[0];`,
    "x.node": "",
    "node_modules/part/package.json": '{"name":"part","exports":{}}',
  });
  assertEquals(c.package, ["MODULE_NOT_FOUND", "Cannot find module 'gone'"]);
  assertEquals([c.file[0], c.above[0]], ["MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);
  assertEquals([c.native, c.hidden], ["NUVOM_LOADER_NATIVE", "ERR_PACKAGE_PATH_NOT_EXPORTED"]);
  assertEquals([c.resolve, c.number], ["MODULE_NOT_FOUND", "ERR_INVALID_ARG_TYPE"]);
  assertEquals([c.empty, c.url], ["NUVOM_LOADER_SPECIFIER", "NUVOM_LOADER_SPECIFIER"]);
});

Deno.test("a computed require reaches the verified modules and nothing else", async () => {
  await using outside = await TestProject.with({ "x.js": "module.exports = 'outside'" });
  await using project = await packaged("export { default as c } from 'c'", {
    "index.js":
      `exports.take = (x) => require(x); exports.resolve = (x) => require.resolve(x); exports.a = require("./a"); exports.d = require("./d.json");
      exports.choice = (x) => require(x ? "./chosen" : "./other"); exports.template = require(\`./a\`);`,
    "a.js": "module.exports = 'a'",
    "d.json": "1",
    "chosen.js": "module.exports = 'chosen'",
    "other/index.js": "module.exports = 'other'",
    "unlisted.js": "module.exports = 'unlisted'",
  });
  const { c } = await project.run("main.js");
  const folder = `${project.root}/node_modules/c`;
  for (const name of ["./a", "./a.js", `${folder}/a`, `${folder}/a.js`, "./x/../a"]) {
    assertEquals(c.take(name), "a", name);
  }
  assertEquals([c.template, c.take("./d"), c.take("./other"), c.choice(true), c.choice(false)], [
    "a",
    1,
    "other",
    "chosen",
    "other",
  ]);
  assertEquals([c.resolve("./a"), c.resolve("./other")], [`${folder}/a.js`, `${folder}/other/index.js`]);
  const refused = [
    "./unlisted",
    `${folder}/unlisted.js`,
    `${outside.root}/x.js`,
    outside.url("x.js"),
    "c",
    "vm",
    "node:vm",
  ];
  for (const name of [...refused, "__proto__", "constructor", "./commonjs.js", "./guard.js", "", "."]) {
    const error = assertThrows(() => c.take(name === "." ? "./gone" : name), Error) as Error & { code: string };
    assertEquals(error.code, "MODULE_NOT_FOUND", name);
    assertStringIncludes(error.message, `${folder}/index.js`);
  }
});

Deno.test("import() in CommonJS goes through the guard", async () => {
  await using outside = await TestProject.with({ "x.js": "export default 'outside'" });
  await using project = await packaged("export { default as c } from 'c'", {
    "index.js":
      `const __nuvom_import = 1; exports.literal = () => import("./m.mjs"); exports.computed = (x) => import(x);
      exports.optional = () => import("gone").catch((e) => e.code); exports.own = __nuvom_import;`,
    "m.mjs": "export default 'm'",
  });
  const { c } = await project.run("main.js");
  assertEquals([(await c.literal()).default, await c.optional(), c.own], ["m", "NUVOM_LOADER_PACKAGE_NOT_FOUND", 1]);
  assertEquals(await c.computed("./m.mjs") === await c.literal(), true);
  for (const target of [outside.url("x.js"), "node:vm", "./commonjs.js"]) {
    assertEquals(
      (await assertRejects(() => c.computed(target)) as { code?: string }).code,
      "NUVOM_LOADER_IMPORT_REFUSED",
    );
  }
});

Deno.test("require holds when foreign code has changed what it could lean on", async () => {
  const { c } = await ran("export { default as c } from 'c'", {
    "index.js": `exports.attack = (target) => {
        const seen = [], saved = [String.prototype.replace, Array.prototype.map, Reflect.apply, Object.hasOwn];
        String.prototype.replace = function () { return "vm" }; Reflect.apply = (...args) => { seen.push(args) }; Object.hasOwn = () => true;
        Object.prototype.space = 0; Object.prototype[target] = 0; Object.prototype["node:vm"] = "vm";
        try { return [seen, require(target)] } catch (e) { return [seen, e.code] } finally {
          [String.prototype.replace, Array.prototype.map, Reflect.apply, Object.hasOwn] = saved;
          delete Object.prototype.space; delete Object.prototype[target]; delete Object.prototype["node:vm"];
        } };`,
  });
  for (const target of ["vm", "node:vm", "./unlisted", "/unlisted", "x"]) {
    assertEquals(c.attack(target), [[], "MODULE_NOT_FOUND"], target);
  }
});

Deno.test("nothing that a CommonJS module can touch leads to the compiler", async () => {
  const { c } = await ran("export { default as c } from 'c'", {
    "index.js": `const found = new Set([globalThis]), names = [];
      Error.prepareStackTrace = (_, frames) => frames.flatMap((f) => [f.getFunction?.(), f.getThis?.()]);
      const seeds = [require, module, arguments.callee, arguments.callee.caller, require("./other"), ...new Error("x").stack];
      Error.prepareStackTrace = undefined;
      for (const each of seeds) walk(each, 0);
      function walk(value, depth) {
        if (value === null || !["object", "function"].includes(typeof value) || found.has(value) || depth > 6) return;
        found.add(value);
        if (typeof value === "function") names.push(value.name);
        walk(Object.getPrototypeOf(value), depth + 1);
        for (const { value: inner, get } of Object.values(Object.getOwnPropertyDescriptors(value))) { walk(inner, depth + 1); walk(get, depth + 1); }
      }
      module.exports = { names, caller: arguments.callee.caller };`,
    "other.js": "module.exports = { frames: new Error('x').stack, caller: arguments.callee.caller }",
  });
  assertEquals(c.caller, null);
  assert(c.names.includes("require") && c.names.includes("Module"), c.names.join());
  for (const name of ["Script", "runInThisContext", "createContext", "load", "execute", "take", "provide", "start"]) {
    assertEquals(c.names.includes(name), false, name);
  }
});

Deno.test("require.cache and module.exports are those that Node has", async () => {
  const { c } = await ran("export { default as c } from 'c'", {
    "index.js": `const first = require("./a"); const path = require.resolve("./a"); const kept = require.cache[path];
      delete require.cache[path]; module.exports = { fresh: require("./a") !== first, kept: kept.exports === first, extensions: Object.keys(require.extensions) };`,
    "a.js": "module.exports = {}",
  });
  assertEquals(c, { fresh: true, kept: true, extensions: [".js", ".json", ".node"] });
});

Deno.test("a stack trace names the CommonJS file, its line and column, also of TypeScript", async () => {
  await using project = await packaged(
    "export { default as c } from 'c'; export { default as own } from './own.cjs'; export { default as typed } from './typed.cts'",
    {
      "index.js":
        "exports.fail = () => { throw new Error('first line') };\nexports.later = () => {\n  throw new Error('third') }",
    },
  );
  await project.write(
    "own.cjs",
    "#!/usr/bin/env node\n  module.exports = () => { import('node:fs'); throw new Error('own') }",
  );
  await project.write(
    "typed.cts",
    "interface Long {\n  a: number;\n}\nmodule.exports = (x: Long) => { throw new Error('typed') }",
  );
  const prepared = await project.prepare("main.js");
  const { c, own, typed } = await importAsGuest(prepared, project.url("main.js"));
  const place = (f: () => void) => prepared.mapStack(assertThrows(f, Error).stack!).split("\n")[1]!;
  assertMatch(place(c.fail), /\/node_modules\/c\/index\.js:1:30/);
  assertMatch(place(c.later), /\/node_modules\/c\/index\.js:3:9/);
  assertMatch(place(own), /\/own\.cjs:2:53/);
  assertMatch(place(typed), /\/typed\.cts:4:39/);
});

Deno.test("a task module may be CommonJS", async () => {
  await using project = await TestProject.with({
    "tasks.cjs": "const { task } = require('nuvom'); exports.t = task('t')",
  });
  const m = await project.run("tasks.cjs", { sdk: { task: (name: string) => `made ${name}` } });
  assertEquals([m.t, m.default.t], ["made t", "made t"]);
});

Deno.test("CommonJS that no parser takes is refused with its place", async () => {
  for (
    const [text, where] of [["\nexports.a = ;", "index.js:2:13"], [
      "export default 1;\nlet x = ;",
      "index.js:2:9",
    ]] as const
  ) {
    await using project = await packaged("import 'c'", { "index.js": text });
    const error = await assertRejects(() => project.graph("main.js"), NuvomError);
    assertEquals(error.code, "NUVOM_LOADER_SYNTAX");
    assertStringIncludes(error.message, where);
  }
  await using project = await TestProject.with({ "main.cjs": "import './x.js'" });
  assertStringIncludes((await assertRejects(() => project.graph("main.cjs"), NuvomError)).message, "main.cjs:1:1");
});

Deno.test("parseModule() finds what a CommonJS module requires, wherever it stands", () => {
  const { commonjs } = parseModule(
    "file:///x.cjs",
    `if (a) require("one"); const f = () => require('two'); \`\${require(\`three\`)}\`; require(b ? "four" : c ? "five" : "six"); require(d);
     // require("comment")
     const s = 'require("text")'; module.require("seven"); require.resolve("eight"); o.require("nine"); require(); require["resolve"]("ten")`,
    "commonjs",
  );
  assertEquals([...commonjs!.requires].sort(), ["five", "four", "one", "seven", "six", "three", "two"]);
  assertEquals(commonjs!.resolves, ["eight"]);
  assert(parseModule("file:///x.js", "import 'x'", "either").commonjs === undefined);
});
