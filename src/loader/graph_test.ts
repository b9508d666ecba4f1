import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { graphRecord, recordIsFresh } from "./mod.ts";
import { TestProject } from "./testing.ts";

Deno.test("loadGraph() walks cycles, and the modules run as they would unloaded", async () => {
  await using project = await TestProject.with({
    "main.js": "import { b } from './b.js'; export function a() { return 'a' } export const both = () => b() + a()",
    "b.js":
      "import { a } from './main.js'; import * as self from './b.js'; export const b = () => a() + Object.keys(self)",
  });
  assertEquals((await project.run("main.js")).both(), "aba");
});

Deno.test("loadGraph() refuses more than 10,000 modules of the project, and takes exactly 10,000", async () => {
  await using project = await TestProject.with({ "x.js": "" });
  // One file under many names: the loader tells modules apart by their URLs.
  await Promise.all(Array.from({ length: 10_000 }, (_, i) => Deno.symlink("x.js", `${project.root}/m${i}.js`)));
  const imports = (count: number) => Array.from({ length: count }, (_, i) => `import "./m${i}.js";`).join("");
  await project.write("fits.js", imports(9_999));
  await project.write("more.js", imports(10_000));
  assertEquals((await project.graph("fits.js")).modules.size, 10_000);
  assertEquals((await assertRejects(() => project.graph("more.js"), NuvomError)).code, "NUVOM_LOADER_TOO_LARGE");
});

Deno.test("loadGraph() walks 1,000 modules in a row", async () => {
  const files: Record<string, string> = {};
  for (let i = 0; i < 999; i++) files[`m${i}.js`] = `import "./m${i + 1}.js";`;
  await using project = await TestProject.with({ ...files, "m999.js": "" });
  assertEquals((await project.graph("m0.js")).modules.size, 1_000);
});

Deno.test("loadGraph() names the line that was written when an import has an attribute that is not known", async () => {
  const text = `import css from "./a.css" with { type: "css" };\nconsole.log(css);`;
  const types = "interface A {\n  a: string;\n}\ntype B = A;\n\n";
  await using project = await TestProject.with({ "a.css": "", "a.js": text, "a.ts": `${types}  ${text}` });
  for (const [name, place] of [["a.js", "a.js:1:1"], ["a.ts", "a.ts:6:3"]] as const) {
    const error = await assertRejects(() => project.graph(name), NuvomError);
    assertStringIncludes(error.message, `/${place} is not valid`);
    assertStringIncludes(error.message, 'with { type: "json" }');
  }
});

Deno.test("loadGraph() refuses a file over 16 MiB and takes one of 16 MiB", async () => {
  const limit = 16 * 1024 * 1024;
  await using project = await TestProject.with({
    "fits.js": "/" + "/".repeat(limit - 1),
    "large.js": "/" + "/".repeat(limit),
  });
  assertEquals((await project.graph("fits.js")).modules.size, 1);
  assertEquals((await assertRejects(() => project.graph("large.js"), NuvomError)).code, "NUVOM_LOADER_TOO_LARGE");
});

Deno.test("loadGraph() refuses a graph over 128 MiB", async () => {
  const files: Record<string, string> = { "main.js": "" };
  for (let i = 0; i < 33; i++) {
    files[`m${i}.txt`] = "x".repeat(4 * 1024 * 1024 - 1);
    files["main.js"] += `import "./m${i}.txt" with { type: "text" };`;
  }
  await using project = await TestProject.with(files);
  assertEquals((await assertRejects(() => project.graph("main.js"), NuvomError)).code, "NUVOM_LOADER_TOO_LARGE");
});

Deno.test("loadGraph() takes a table of a million numbers and deep nesting without an error of its own", async () => {
  await using project = await TestProject.with({
    "wide.js": `export default [${"1,".repeat(1_000_000)}].length`,
    "deep.js": `export default ${"(".repeat(200_000)}1${")".repeat(200_000)}`,
  });
  assertEquals((await project.run("wide.js")).default, 1_000_000);
  assertEquals((await assertRejects(() => project.graph("deep.js"), NuvomError)).code, "NUVOM_LOADER_SYNTAX");
});

const NOT_VALID: readonly (readonly [file: string, text: string, where: string])[] = [
  ["x.js", "let a = 1;\nlet b = ;\n", "x.js:2:9"],
  ["x.ts", "let a: number = 1;\nlet b: = 2;\n", "x.ts:2:8"],
  ["x.tsx", "\nexport default <div>1</div>;\n", "x.tsx:2:"],
  ["x.ts", "export default <div>1</div>;\n", "x.ts:1:"],
  ["x.jsx", "export default <div>1</div>;\n", "x.jsx:1:16"],
  ["x.ts", "const d = (c: unknown) => c;\n@d class A {}\n", "x.ts:"],
  ["x.json", "{ bad }", "main.js:1:1"],
  ["x.wasm", "\0asm", "x.wasm:1:1"],
];

for (const [file, text, where] of NOT_VALID) {
  Deno.test(`loadGraph() says ${where} when ${file} is ${JSON.stringify(text.slice(0, 30))}`, async () => {
    await using project = await TestProject.with({ "main.js": `import "./${file}"`, [file]: text });
    const error = await assertRejects(() => project.graph("main.js"), NuvomError);
    assertEquals([error.code, error.exitCode], ["NUVOM_LOADER_SYNTAX", 3]);
    assertStringIncludes(error.message, where);
    assert(!error.message.includes("\n"), error.message);
  });
}

Deno.test("loadGraph() refuses JSON that is none, and names it", async () => {
  await using project = await TestProject.with({
    "main.js": "import './x.json' with { type: 'json' }",
    "x.json": "{ bad",
  });
  const error = await assertRejects(() => project.graph("main.js"), NuvomError);
  assertStringIncludes(error.message, "x.json");
});

Deno.test("loadGraph() gives the same digest for the same bytes, and another one for others", async () => {
  await using project = await TestProject.with({ "main.js": "import './a.js'", "a.js": "1" });
  const first = await project.graph("main.js");
  assertEquals((await project.graph("main.js")).digest, first.digest);
  await project.write("a.js", "2");
  assertNotEquals((await project.graph("main.js")).digest, first.digest);
});

Deno.test("recordIsFresh() is true until a file of the graph changes or goes", async () => {
  await using project = await TestProject.with({
    "main.ts": "import './a.js'; import x from './x.json' with { type: 'json' }; x",
    "a.js": "",
    "x.json": "1",
  });
  const record = JSON.parse(JSON.stringify(graphRecord(await project.graph("main.ts"))));
  assertEquals(await recordIsFresh(record), true);
  await project.write("x.json", "2");
  assertEquals(await recordIsFresh(record), false);
  await project.write("x.json", "1");
  assertEquals(await recordIsFresh(record), true);
  await Deno.remove(`${project.root}/a.js`);
  assertEquals(await recordIsFresh(record), false);
});
