import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { loadGraph, prepareGraph } from "./mod.ts";
import { importAsGuest, TestProject } from "./testing.ts";

Deno.test("prepareGraph() runs what TypeScript has and JavaScript has not", async () => {
  await using project = await TestProject.with({
    "main.ts": `#!/usr/bin/env -S deno run
      import { type Shape, Only } from "./types.ts";
      import type { Missing } from "./not_there.ts";
      import Thing, { used } from "./thing.ts";
      export enum Level { Low = 1, High = Low << 4, Text = "t" }
      export const enum Inlined { A = 3 }
      export namespace Space { export const inner = 1; export namespace Deep { export const x = 2 } }
      export class Point { constructor(readonly x: number, private y = 2) {} sum(): number { return this.x + this.y } }
      abstract class Base { abstract name: string; declare late: string; field = 1 }
      export class Child extends Base { override name = "child" }
      export function over(a: string): string; export function over(a: unknown) { return a as never }
      export const shape = { a: 1 } satisfies Shape; let only: Only | Missing | Thing;
      export const generic = <T,>(value: T) => value!; export const u = used; export type { Shape };
      export default await Promise.resolve(Inlined.A);`,
    "types.ts": "export interface Shape { a: number } export interface Only {}",
    "thing.ts": "export default class Thing {} export const used = 'used'",
  });
  const m = await project.run("main.ts");
  assertEquals([m.Level.High, m.Level[1], m.Level.Text, m.default], [16, "Low", "t", 3]);
  assertEquals([m.Space.inner, m.Space.Deep.x, new m.Point(1).sum(), m.u], [1, 2, 3, "used"]);
  assertEquals([{ ...new m.Child() }, m.over("a"), m.generic(1)], [{ field: 1, name: "child" }, "a", 1]);
});

Deno.test("prepareGraph() keeps what imports and exports mean", async () => {
  await using project = await TestProject.with({
    "main.mjs": `export * from './a.mts'; export * as all from "./a.mts";export{b as "odd name"}from'./b.js' ;
      import d, { b } from /* why */ "./b.js" /* not */; import "./b.js"
      import * as space from "./b.js" with {}
      import list from "./x.json" with
        { type: "json" }; import note from "./x.json" with { "type": 'text', }; import empty from "./e.txt" with { type: "text" };
      export { d, b, list, note, empty }; export default space;export const line = new Error().stack.match(/main.mjs:(\\d+)/)?.[1] ?? new Error().stack`,
    "a.mts": "export const a: number = 1; export default 2",
    "b.js": "export const b = 'b'; export default 'd'",
    "x.json": '{"__proto__": {"x": 1}, "a": "\\u2028</script>"}\n',
    "e.txt": "\ufeffä\r\n`${x}`\0",
  });
  const m = await project.run("main.mjs");
  assertEquals([m.a, m.all.default, m["odd name"], m.d, m.b, m.default.b], [1, 2, "b", "d", "b", "b"]);
  assertEquals(Object.keys(m.list), ["__proto__", "a"]);
  assertEquals([m.list.a, m.empty], ["\u2028</script>", "ä\r\n`${x}`\0"]);
  assertStringIncludes(m.note, "__proto__");
});

Deno.test("prepareGraph() gives import.meta of the module as it was written, and nothing to change", async () => {
  await using project = await TestProject.with({
    "in/main.ts":
      `export const { url, filename, dirname, main } = import.meta; export const other = import.meta.resolve("../b.js");
      export const frozen = Object.isFrozen(import.meta); export const same = import.meta === import.meta;`,
  });
  const m = await project.run("in/main.ts");
  assertEquals([m.url, m.filename, m.dirname], [
    project.url("in/main.ts"),
    `${project.root}/in/main.ts`,
    `${project.root}/in`,
  ]);
  assertEquals([m.main, m.other, m.frozen, m.same], [false, project.url("b.js"), true, true]);
});

Deno.test("a dynamic import reaches the verified graph and nothing else", async () => {
  await using outside = await TestProject.with({ "x.js": "export default 'outside'" });
  await using project = await TestProject.with({
    "main.js": `export const literal = () => import("./lazy.ts");
      export const template = () => import(\`./lazy.ts\`);
      export const json = () => import("./x.json", { with: { type: "json" } });
      export const text = () => import("./x.json", { with: { type: "text" } });
      export const computed = (x, options) => import(x, options);
      export const nested = (x) => import((import(x).catch(() => {}), x));`,
    "lazy.ts": "export enum L { A = 7 } export * from './deep/er.js'",
    "deep/er.js": "export const back = (x) => import(x)",
    "x.json": "[1]",
    "unlisted.js": "export default 'unlisted'",
  });
  const m = await project.run("main.js");
  const lazy = await m.literal();
  assertEquals([lazy.L.A, await m.template() === lazy], [7, true]);
  assertEquals([(await m.json()).default, (await m.text()).default], [[1], "[1]"]);
  for (
    const known of ["./lazy.ts", project.url("lazy.ts"), `${project.root}/lazy.ts`, "./deep/../lazy.ts", {
      toString: () => "./lazy.ts",
    }]
  ) {
    assertEquals(await m.computed(known) === lazy, true);
  }
  assertEquals(await lazy.back("../lazy.ts") === lazy, true);
  assertEquals((await m.computed("./x.json", { with: { type: "json" } })).default, [1]);
  assertEquals(typeof (await m.computed("node:path")).join, "function");
  const files = await project.prepare("main.js");
  for (
    const refused of [
      "./unlisted.js",
      "lazy.ts",
      "./x.json",
      "./guard.js",
      files.fileOf("guard.js"),
      outside.url("x.js"),
      "data:text/javascript,export default 1",
      "https://example.com/x.js",
      "npm:x",
      "node:vm",
      "node:dgram",
      "vm",
      "__proto__",
      "constructor",
      "hasOwnProperty",
      "",
      undefined,
      null,
      {},
    ]
  ) {
    const error = await assertRejects(() => m.computed(refused)) as Error & { code: string };
    assertEquals(error.code, "NUVOM_LOADER_IMPORT_REFUSED", String(refused));
    assertStringIncludes(error.message, String(refused));
    assertStringIncludes(error.message, project.url("main.js"));
  }
  await assertRejects(() => m.computed(Symbol("x")), TypeError);
  await assertRejects(() => m.nested("node:vm"));
});

Deno.test("a literal dynamic import of what is not available fails when it is run, with its reason", async () => {
  await using project = await TestProject.with({
    "main.js": `export const optional = await import("optional-package").then(() => "there", (error) => error.code);
      export const refused = () => import("node:vm"); export const url = () => import("https://example.com/x.js");`,
  });
  const m = await project.run("main.js");
  assertEquals(m.optional, "NUVOM_LOADER_PACKAGE_NOT_FOUND");
  assertEquals((await assertRejects(m.refused) as { code?: string }).code, "NUVOM_LOADER_BUILTIN_REFUSED");
  assertEquals((await assertRejects(m.url) as { code?: string }).code, "NUVOM_LOADER_SPECIFIER");
});

Deno.test("the guard holds when foreign code has changed the globals it could lean on", async () => {
  await using outside = await TestProject.with({ "x.js": "globalThis.escaped = true; export default 1" });
  await using project = await TestProject.with({
    "main.js": `const target = ${JSON.stringify(outside.url("x.js"))};
      const saved = [Object.prototype.toString, URL.prototype, Object.getOwnPropertyDescriptor(URL.prototype, "href")];
      Object.defineProperty(URL.prototype, "href", { configurable: true, get: () => target });
      Object.prototype[target] = target; Object.prototype["js " + target] = target; Object.prototype["js x"] = target;
      export const result = await import("x" + "").then(() => "ran", (e) => e.code);
      export const second = await import(target + "").then(() => "ran", (e) => e.code);
      Object.defineProperty(URL.prototype, "href", saved[2]);
      for (const key of [target, "js " + target, "js x"]) delete Object.prototype[key];`,
  });
  const m = await project.run("main.js");
  assertEquals([m.result, m.second], ["NUVOM_LOADER_IMPORT_REFUSED", "NUVOM_LOADER_IMPORT_REFUSED"]);
  assertEquals("escaped" in globalThis, false);
});

Deno.test("modules reach the sdk under both names, and not the global that brings it", async () => {
  await using project = await TestProject.with({
    "main.ts":
      `import { task } from "nuvom"; import * as all from "@nuvom/nuvom/plugin"; import type { Plugin } from "nuvom";
      export const same = task === all.task; export const t = task; export const bridge = "__nuvom_guest" in globalThis;
      export const lazy = (await import("nuvom")).task; let p: Plugin;`,
  });
  const task = () => {};
  const m = await project.run("main.ts", { sdk: { task } });
  assertEquals([m.same, m.t, m.lazy, m.bridge], [true, task, task, false]);
});

Deno.test("F1: prepareGraph() writes a folder that only this user may read, and dispose() removes it, also twice", async () => {
  await using project = await TestProject.with({ "main.js": "" });
  const graph = await project.graph("main.js");
  const [first, second] = [await prepareGraph(graph), await prepareGraph(graph)];
  try {
    assert(first.folder !== second.folder);
    assertEquals((await Deno.stat(first.folder)).mode! & 0o777, 0o700);
    for await (const { name } of Deno.readDir(first.folder)) {
      assertEquals((await Deno.stat(`${first.folder}/${name}`)).mode! & 0o777, 0o600, name);
    }
    await first.dispose();
    await first.dispose();
    assertEquals(await Deno.stat(first.folder).catch((error) => error.name), "NotFound");
    assertEquals((await Deno.stat(second.folder)).isDirectory, true);
  } finally {
    await second.dispose();
  }
});

Deno.test("F1: what runs is the bytes that were read, whatever becomes of the file", async () => {
  await using project = await TestProject.with({ "main.js": "export default 'verified'" });
  const graph = await project.graph("main.js");
  await project.write("main.js", "export default 'changed'");
  const prepared = await prepareGraph(graph);
  try {
    assertEquals((await importAsGuest(prepared, project.url("main.js"))).default, "verified");
  } finally {
    await prepared.dispose();
  }
});

Deno.test("an embedded module runs like a file", async () => {
  const embedded = (name: string) => Promise.resolve(`export default ${JSON.stringify(name)} + import.meta.url`);
  const prepared = await prepareGraph(await loadGraph(["nuvom:prometheus"], { root: Deno.cwd(), embedded }));
  try {
    assertEquals((await importAsGuest(prepared, "nuvom:prometheus")).default, "prometheusnuvom:prometheus");
  } finally {
    await prepared.dispose();
  }
});
