import { assertEquals, assertStringIncludes } from "@std/assert";
import type { PreparedGraph } from "./mod.ts";
import { mapStack } from "./stack.ts";
import { importAsGuest, type Namespace, TestProject } from "./testing.ts";

async function stackOf(
  project: TestProject,
  entry: string,
  call: (m: Namespace) => unknown,
): Promise<[string, PreparedGraph]> {
  const prepared = await project.prepare(entry);
  try {
    await call(await importAsGuest(prepared, project.url(entry)));
  } catch (error) {
    return [prepared.mapStack((error as Error).stack!), prepared];
  }
  throw new Error("nothing was thrown");
}

Deno.test("mapStack() names the line and column of a throw in TypeScript below an enum", async () => {
  await using project = await TestProject.with({
    "main.ts": [
      "import { type A, fail } from './other.ts';",
      "enum Level {",
      "  Low,",
      "  High,",
      "}",
      "interface Gone { a: A }",
      "",
      "export function outer(level: Level): void {",
      "    fail(level as number);",
      "}",
    ].join("\n"),
    "other.ts":
      "export type A = 1;\n\n\nexport function fail(n: number): never {\n  if (n > 0) throw new RangeError('no');\n  throw new TypeError('none');\n}",
  });
  const [stack] = await stackOf(project, "main.ts", (m) => m.outer(1));
  assertStringIncludes(stack, `fail (${project.url("other.ts")}:5:20)`);
  assertStringIncludes(stack, `outer (${project.url("main.ts")}:9:5)`);
});

Deno.test("mapStack() names the line and column in JavaScript, on the first line and behind an import() too", async () => {
  await using project = await TestProject.with({
    "main.js":
      "export const first = () => { throw new Error('1') }; export const behind = async () => { await import('./b.js'); throw new Error('2') }\n" +
      "export const meta = () => { import.meta.url; import.meta.url; throw new Error('3') }",
    "b.js": "",
  });
  const columns = async (call: (m: Namespace) => unknown) =>
    (await stackOf(project, "main.js", call))[0].match(/main\.js:(\d+:\d+)/)?.[1];
  assertEquals(await columns((m) => m.first()), "1:36");
  assertEquals(await columns((m) => m.behind()), "1:120");
  assertEquals(await columns((m) => m.meta()), "2:69");
});

Deno.test("mapStack() keeps the column in TypeScript behind an import()", async () => {
  await using project = await TestProject.with({
    "main.ts":
      "enum E { A }\nexport const f = async (): Promise<void> => { await import('./b.js'); [E.A].map((): never => { throw new Error('2') }) }",
    "b.js": "",
  });
  const [stack] = await stackOf(project, "main.ts", (m) => m.f());
  assertStringIncludes(stack, `${project.url("main.ts")}:2:102`);
});

Deno.test("mapStack() leaves all other text alone, and takes a stack that came as plain text", async () => {
  await using project = await TestProject.with({ "main.ts": "enum E { A }\nexport const x: E = E.A" });
  const prepared = await project.prepare("main.ts");
  const file = prepared.fileOf(project.url("main.ts"));
  const text = `Error: at ${file} (${file}:x) file:///other/0-main.js:1:1 (${prepared.fileOf("guard.js")}:3:4)\n $& $1`;
  assertEquals(prepared.mapStack(text), text);
  assertEquals(prepared.mapStack(`  at ${file}:99999:1\n`).includes(project.url("main.ts")), true);
});

Deno.test("mapStack() asks for the source map of a module once, whatever it throws", () => {
  let asked = 0;
  const map = JSON.stringify({ version: 3, sources: ["a.ts"], names: [], mappings: "AAAA;AACA;AAEA" });
  const source = { url: "file:///a.ts", details: () => (asked++, { map, shifts: [] }) };
  const places = [1, 2, 3].map((line) =>
    mapStack(`at file:///run/a.js:${line}:1`, "file:///run/", new Map([["a.js", source]]))
  );
  assertEquals(places, ["at file:///a.ts:1:1", "at file:///a.ts:2:1", "at file:///a.ts:4:1"]);
  assertEquals(asked, 1);
});
