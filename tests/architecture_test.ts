import { assertEquals, assertGreater } from "@std/assert";
import { importCycles, impureUses, layerViolations } from "./layers.ts";
import { type Edge, importEdges, ROOT, sourceFiles, urlEdges } from "./module_graph.ts";

const files = await sourceFiles(["mod.ts", "cli.ts", "src", "plugins", "examples"]);
const edges = await importEdges(files);

Deno.test("the project imports only what the layer table allows", () => {
  assertGreater(edges.length, files.length, "the module graph is not complete");
  assertEquals(layerViolations(edges), []);
});

Deno.test("the project has no import cycle, type imports included", () => {
  assertEquals(importCycles(edges).map((cycle) => cycle.join(" -> ")), []);
});

Deno.test("core uses neither Deno nor the machine's time, except in its clock", async () => {
  for (const file of files.filter((path) => path.startsWith("src/core/") && !path.endsWith("_test.ts"))) {
    if (file === "src/core/clock.ts") continue;
    assertEquals(impureUses(await Deno.readTextFile(new URL(file, ROOT))), [], file);
  }
});

Deno.test("files are found from the root: in the executable a module is part of a bundle that lies elsewhere", async () => {
  for (const file of files.filter((path) => /^(src|cli|mod)/.test(path) && !/_test\.ts$|testing|testdata/.test(path))) {
    const uses = (await Deno.readTextFile(new URL(file, ROOT))).match(/new URL\([^)]*import\.meta\.url/) !== null;
    assertEquals(uses, file === "src/core/root.ts", `${file}: use ROOT of src/core/root.ts`);
  }
});

Deno.test("importEdges() finds type imports, re-exports and dynamic imports", () => {
  const has = (from: string, to: string) => edges.some((edge) => edge.from === from && edge.to === to);
  assertEquals(has("src/core/result_backend.ts", "src/core/job.ts"), true, "a type import");
  assertEquals(has("src/core/mod.ts", "src/core/errors.ts"), true, "a re-export");
  assertEquals(has("src/loader/transpile.ts", "src/loader/swc.ts"), true, "a dynamic import");
});

Deno.test("urlEdges() finds modules that are named by URL", () => {
  const source = 'new Worker(new URL("../worker/mod.ts", import.meta.url)); new URL("b.ts", import.meta.url);' +
    'new URL("src/core/job.ts", ROOT)';
  assertEquals(urlEdges("src/sandbox/a.ts", source), [
    { from: "src/sandbox/a.ts", specifier: "../worker/mod.ts", to: "src/worker/mod.ts" },
    { from: "src/sandbox/a.ts", specifier: "./b.ts", to: "src/sandbox/b.ts" },
    { from: "src/sandbox/a.ts", specifier: "./src/core/job.ts", to: "src/core/job.ts" },
  ]);
});

/** An import of a file, or of a name. */
function edge(from: string, target: string): Edge {
  const isFile = /\.ts$/.test(target);
  return { from, specifier: isFile ? `./${target}` : target, to: isFile ? target : null };
}

const REFUSED: readonly (readonly [why: string, from: string, target: string])[] = [
  ["core imports a room", "src/core/a.ts", "src/backends/mod.ts"],
  ["core imports a package", "src/core/a.ts", "acorn"],
  ["a lower layer imports a higher one", "src/sandbox/guest/a.ts", "src/host/mod.ts"],
  ["rooms of one layer import each other", "src/worker/a.ts", "src/client/mod.ts"],
  ["the sdk imports the loader", "src/sdk/a.ts", "src/loader/mod.ts"],
  ["a room imports the engine", "src/host/a.ts", "src/engine.ts"],
  ["the engine imports the command line", "src/engine.ts", "src/cli/mod.ts"],
  ["a facade is imported by its path", "src/host/a.ts", "src/std/toml.ts"],
  ["a package is imported in the wrong room", "src/worker/a.ts", "@logtape/logtape"],
  ["a package begins like an allowed one", "src/loader/a.ts", "acorn-walk"],
  ["a package that the table does not name", "src/host/a.ts", "zod"],
  ["a built-in module in the wrong room", "src/core/a.ts", "node:sqlite"],
  ["a plugin imports a path into src", "plugins/a/mod.ts", "src/sdk/mod.ts"],
  ["a plugin imports another plugin", "plugins/a/mod.ts", "plugins/b/mod.ts"],
  ["a plugin imports what another one bundles", "plugins/a/mod.ts", "prom-client"],
  ["an example imports a path into src", "examples/a/tasks.ts", "mod.ts"],
  ["a room that the table does not name", "src/utils/a.ts", "src/core/mod.ts"],
  ["a room imports what is only for tests", "src/worker/a.ts", "src/worker/testing.ts"],
  ["a room imports assertions", "src/worker/a.ts", "@std/assert"],
  ["a test of a room imports a higher one", "src/core/a_test.ts", "src/backends/mod.ts"],
];

const ALLOWED: readonly (readonly [why: string, from: string, target: string])[] = [
  ["a room imports itself", "src/core/a.ts", "src/core/b.ts"],
  ["a higher layer imports a lower one", "src/worker/a.ts", "src/sandbox/mod.ts"],
  ["a package in its room", "src/loader/a.ts", "acorn"],
  ["what lies below a package", "src/std/toml.ts", "npm:deno-std@1.4.0/toml/mod.js"],
  ["a plugin knows nuvom by its name", "plugins/prometheus/mod.ts", "nuvom"],
  ["a plugin bundles its package", "plugins/prometheus/mod.ts", "prom-client"],
  ["a plugin imports its own files", "plugins/prometheus/mod.ts", "plugins/prometheus/server.ts"],
  ["a test imports assertions", "src/core/a_test.ts", "@std/assert"],
  ["a test imports the conformance cases", "src/backends/sqlite/queue_test.ts", "src/testing/mod.ts"],
  ["a test imports test data", "src/sdk/a_test.ts", "src/sdk/testdata/b.ts"],
];

Deno.test("layerViolations() refuses what the table does not allow", async (t) => {
  for (const [why, from, target] of REFUSED) {
    await t.step(why, () => assertEquals(layerViolations([edge(from, target)]).length, 1));
  }
});

Deno.test("layerViolations() takes what the table allows", async (t) => {
  for (const [why, from, target] of ALLOWED) {
    await t.step(why, () => assertEquals(layerViolations([edge(from, target)]), []));
  }
});

Deno.test("impureUses() finds uses in code, not in comments", () => {
  const source =
    "/** Deno.env\n * Date.now */\nconst a = Deno.env; // setTimeout\nconst b = new Date();\nsetTimeout(f, Date.now());";
  assertEquals(impureUses(source), ["Deno.", "new Date()", "setTimeout", "Date.now"]);
});

Deno.test("importCycles() finds each cycle once", () => {
  const pairs = [["a.ts", "b.ts"], ["b.ts", "c.ts"], ["c.ts", "a.ts"], ["c.ts", "d.ts"], ["d.ts", "d.ts"]] as const;
  const found = importCycles(pairs.map(([from, to]) => edge(from, to)));
  assertEquals(found.map((cycle) => cycle.join(" ")).sort(), ["a.ts b.ts c.ts a.ts", "d.ts d.ts"]);
});

Deno.test("importCycles() finds none where two ways lead to one file", () => {
  const pairs = [["a.ts", "b.ts"], ["a.ts", "c.ts"], ["b.ts", "d.ts"], ["c.ts", "d.ts"]] as const;
  assertEquals(importCycles(pairs.map(([from, to]) => edge(from, to))), []);
});
