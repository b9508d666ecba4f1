import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describePlugins } from "../describe_plugins.ts";
import { TaskModules } from "../task_modules.ts";
import { refusalOf } from "../testing.ts";
import { ModuleServer, remotePlugin, RemoteProject } from "../testdata/module_server.ts";
import { addPlugin, inspectSource, lockAll, vendorAll } from "./mod.ts";
import { loadSettings } from "../../settings/mod.ts";
import { readManifest } from "../read_manifest.ts";

/** Imports in every form: relative, from the root, absolute, by a redirect, without an ending, with a query, JSON. */
function wide(origin: string): Record<string, string> {
  return {
    ...remotePlugin("hello"),
    "/wide/mod.js": `
import a from "./a.js";
import b from "/wide/b";
import c from "${origin}/wide/c.mjs?v=1&x";
import d from "../wide/latest";
import e from "bare/e.ts";
import f from "/wide/b/inner.js";
import data from "./data.json" with { type: "json" };
const late = await import("./node_modules/late.js");
export default {
  name: "wide", provides: ["monitoring"], version: [a, b, c, d, e, f, data.g, late.default].join(""), start() {}, stop() {},
};
`,
    "/wide/a.js": 'import "./mod.js";\nexport default "a";\n',
    "/wide/b": 'export default "b";\n',
    "/wide/b/inner.js": 'export default "f";\n',
    "/wide/c.mjs?v=1&x": 'export default "c";\n',
    "/wide/latest": "/wide/d@1.2.ts",
    "/wide/d@1.2.ts": 'enum Letter { D = "d" }\nexport default Letter.D as string;\n',
    "/bare/e.ts": 'export default "e" as string;\n',
    "/wide/data.json": '{ "g": "g" }',
    "/wide/node_modules/late.js": 'export default "h";\n',
  };
}

Deno.test("vendorAll() makes a copy that runs without a network and without a lock", async () => {
  await using project = await RemoteProject.with("# mine\n[plugins] # p\n\n[tasks] # t\nmodules = ['./tasks/*.ts']\n", {
    "deno.json": '{ "imports": { "own/": "./lib/" } }',
    "lib/x.ts": "export const x = 1;\n",
  });
  await using copy = await RemoteProject.with();
  {
    await using server = new ModuleServer({});
    Object.assign(server.files, wide(server.url("")));
    await project.write(
      "tasks/t.ts",
      `import { x } from "own/x.ts";\nimport { dep } from "${
        server.url("/hello/dep.ts")
      }";\nimport { task } from "nuvom";\n` +
        `export const t = task({ name: "t" + x + dep }, () => 1);\n`,
    );
    await project.add(server.url("/hello/mod.ts#Exporter"), { env: ["A"] });
    const parts = project.parts();
    const imports = { "bare/": server.url("/bare/") };
    await addPlugin(parts, await inspectSource(parts, { specifier: server.url("/wide/mod.js"), imports }));
    await lockAll(parts);
    const report = await vendorAll(parts, `${copy.folder}/out`);
    assertEquals(report.files, ["deno.json", "lib/x.ts", "tasks/t.ts"]);
    assertEquals(report.modules.length, 11);
    assertStringIncludes(await refusalOf(() => vendorAll(parts, `${copy.folder}/out`)), "NUVOM_VENDOR_FOLDER 2: ");
  }
  const text = await copy.text("out/.nuvom_plugins.toml");
  assert(!/https?:/.test(text), text);
  for (const comment of ["# mine", "# p", "# t"]) assertStringIncludes(text, comment);
  const manifest = await readManifest(`${copy.folder}/out/.nuvom_plugins.toml`);
  const settings = loadSettings({
    cwd: `${copy.folder}/out`,
    env: { NUVOM_CACHE_DIR: `${copy.folder}/cache`, NUVOM_OFFLINE: "1" },
  });
  const rows = await describePlugins(manifest, settings);
  assertEquals(rows.map(({ name, version, lock, isolation, problem }) => [name, version, lock, isolation, problem]), [
    ["hello", "1.0.0", "none", "process", null],
    ["wide", "abcdefgh", "none", "process", null],
  ]);
  const tasks = new TaskModules(manifest, settings);
  const host = { call: () => Promise.reject(new Error("nobody answers")), note() {}, output() {} };
  assertEquals((await tasks.discover(host)).map(({ name }) => name), ["t1dep"]);
  await tasks.dispose();
});

Deno.test("vendorAll() writes nothing when something is missing", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  await using project = await RemoteProject.with();
  await project.add(server.url("/hello/mod.ts#Exporter"));
  await Deno.remove(`${project.folder}/cache`, { recursive: true });
  const folder = `${project.folder}/out`;
  assertStringIncludes(
    await refusalOf(() => vendorAll(project.parts({ NUVOM_OFFLINE: "1" }), folder)),
    "NUVOM_STORE_MISSING",
  );
  const left = (await Array.fromAsync(Deno.readDir(project.folder))).map(({ name }) => name).filter((name) =>
    name.startsWith("out")
  );
  assertEquals(left, []);
});
