import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Example, findExamples, tryExamples } from "./examples.ts";

const CONFIG = new URL("../deno.json", import.meta.url).pathname;

Deno.test("findExamples() takes the TypeScript blocks of Markdown, with their lines", () => {
  const text =
    "# A\n\n```ts\nlet a = 1;\n```\n\n```toml\nb = 1\n```\n\n- list\n\n  ```typescript no-eval\n  let c;\n  ```\n";
  assertEquals(findExamples("README.md", text), [
    { path: "README.md", line: 4, code: "let a = 1;", mode: "run" },
    { path: "README.md", line: 14, code: "let c;", mode: "check" },
  ]);
});

Deno.test("findExamples() takes the blocks of docstrings and of nothing else", () => {
  const text =
    "/**\n * A.\n *\n * ```ts ignore\n * let a = 1;\n *\n * a = 2;\n * ```\n */\nconst b = `\n```ts\nlet c;\n```\n`;\n";
  assertEquals(findExamples("a.ts", text), [
    { path: "a.ts", line: 5, code: "let a = 1;\n\na = 2;", mode: "ignore" },
  ]);
});

Deno.test("findExamples() refuses a word that means nothing, and a block without an end", () => {
  assertThrows(() => findExamples("a.md", "```ts noeval\n```\n"), Error, 'a.md:1: "noeval" means nothing');
  assertThrows(() => findExamples("a.md", "\n```ts\nlet a;\n"), Error, "a.md:2: This block has no end");
});

Deno.test("tryExamples() takes examples that hold", async () => {
  const examples: Example[] = [
    example("// tasks/add.ts\nimport { task } from 'nuvom';\nexport const add = task({ name: 'add' }, () => 1);"),
    example("import { add } from './tasks/add.ts';\nconsole.assert(await add() === 1);\nexport default { add };"),
    { ...example("throw new Error('is not run');"), mode: "check" },
    { ...example("let a: string = 1;"), mode: "ignore" },
  ];
  assertEquals(await tryExamples(examples, CONFIG), []);
});

Deno.test("tryExamples() shows what fails with the place in the file that shows it", async () => {
  const failures = await tryExamples([
    example("\nthrow new RangeError('thrown');", 7),
    example("console.assert(1 + 1 === 3, 'sum');", 20),
  ], CONFIG);
  assertEquals(failures.length, 2);
  assertStringIncludes(failures[0]!, "RangeError: thrown");
  assertStringIncludes(failures[0]!, "README.md:8:");
  assertStringIncludes(failures[1]!, "An assertion fails: sum");
});

Deno.test("tryExamples() shows errors of types, also in what is not run", async () => {
  const failures = await tryExamples(
    [{ ...example("const a: string = 1;\nconsole.log(a);", 9), mode: "check" }],
    CONFIG,
  );
  assertEquals(failures.length, 1);
  assertStringIncludes(failures[0]!, "TS2322");
  assertStringIncludes(failures[0]!, "README.md:9:");
});

let lines = 1;

function example(code: string, line = lines += 10): Example {
  return { path: "README.md", line, code, mode: "run" };
}
