import { assertEquals } from "@std/assert";
import { findTaskModules, matchTaskModules } from "./find_task_modules.ts";
import { readManifest } from "./read_manifest.ts";
import { TestProject } from "./testing.ts";

const FILES = {
  "tasks/add.ts": "",
  "tasks/deep/er/mul.ts": "",
  "tasks/deep/sub.js": "",
  "tasks/deep/div.mjs": "",
  "tasks/add_test.ts": "",
  "tasks/add.test.ts": "",
  "tasks/types.d.ts": "",
  "tasks/data.json": "{}",
  "tasks/.hidden.ts": "",
  "tasks/.hidden/x.ts": "",
  "tasks/node_modules/x/x.ts": "",
  ".nuvom/x.ts": "",
  "tasks [1]/odd.ts": "",
  "main.ts": "",
};

async function found(patterns: readonly string[], files: Readonly<Record<string, string>> = FILES): Promise<string[]> {
  await using project = await TestProject.with(`[tasks]\nmodules = ${JSON.stringify(patterns)}\n`, files);
  const modules = await findTaskModules(await project.manifest());
  return modules.map((path) => path.replace(`${project.folder}/`, ""));
}

async function refusal(
  pattern: string,
  prepare: (project: TestProject) => Promise<void> = async () => {},
): Promise<string> {
  await using project = await TestProject.with(`[tasks]\nmodules = [${JSON.stringify(pattern)}]\n`, FILES);
  await prepare(project);
  return await project.refusal(async () => findTaskModules(await project.manifest()));
}

Deno.test("findTaskModules() finds modules by path and pattern, sorted, each once", async () => {
  const ts = ["tasks/add.ts", "tasks/deep/er/mul.ts"];
  assertEquals(await found(["./tasks/**/*.ts"]), ts);
  assertEquals(await found(["tasks/**/*.ts", "./tasks/add.ts", "tasks/*"]), ts);
  assertEquals(await found(["tasks/*.ts"]), ["tasks/add.ts"]);
  assertEquals(await found(["tasks/*/*.{js,mjs}"]), ["tasks/deep/div.mjs", "tasks/deep/sub.js"]);
  assertEquals(await found(["tasks/d?ep/[st]ub.js"]), ["tasks/deep/sub.js"]);
  assertEquals(await found(["tasks/{add,deep/er/mul}.ts"]), ts);
  assertEquals(await found(["**"]), [
    "main.ts",
    "tasks [1]/odd.ts",
    ...ts.slice(0, 1),
    "tasks/deep/div.mjs",
    ts[1]!,
    "tasks/deep/sub.js",
  ]);
  assertEquals(await found(["./main.ts", "tasks/add_test.ts"]), ["main.ts", "tasks/add_test.ts"]);
  assertEquals(await found([]), []);
});

Deno.test("findTaskModules() works in a folder whose name looks like a pattern", async () => {
  await using project = await TestProject.with("", { "a*[b]{c}/tasks/add.ts": "" });
  const folder = `${project.folder}/a*[b]{c}`;
  const tasks = { modules: [{ text: "./tasks/*.ts", place: "" }], permissions: {}, place: "" };
  const manifest = { path: `${folder}/m.toml`, folder, plugins: [], sections: new Map(), tasks };
  assertEquals(await findTaskModules(manifest), [`${folder}/tasks/add.ts`]);
});

Deno.test("matchTaskModules() shows a pattern that matches nothing", async () => {
  await using project = await TestProject.with(`[tasks]\nmodules = ["none/**/*.ts", "main.ts", "main.ts/*"]\n`, FILES);
  const matches = await matchTaskModules(await project.manifest());
  assertEquals(matches.map(({ pattern, files }) => [pattern.text, pattern.place, files.length]), [
    ["none/**/*.ts", ".nuvom_plugins.toml:2:12", 0],
    ["main.ts", ".nuvom_plugins.toml:2:28", 1],
    ["main.ts/*", ".nuvom_plugins.toml:2:39", 0],
  ]);
});

Deno.test("findTaskModules() refuses what can be no task module", async () => {
  const refused = (pattern: string, rest: string) =>
    `NUVOM_MANIFEST_TASK_MODULE 3: .nuvom_plugins.toml:2:12: the task module ${JSON.stringify(pattern)} ${rest}`;
  const forms = 'Write a path or a pattern in the folder of the manifest, such as "./tasks/**/*.ts", or an https URL.';
  const cases = {
    "./tasks/none.ts": "does not exist. Check the path and its ending.",
    "tasks/": 'is a folder. To take all that is in it, write "tasks/**/*.ts".',
    "../x.ts": `lies outside of /project. ${forms}`,
    "tasks/*/../../../x/*.ts": `lies outside of /project. ${forms}`,
    "/etc/*.ts": `lies outside of /project. ${forms}`,
    "https://example.com/x.ts#X": `names an export; all tasks of a module are taken. ${forms}`,
    "npm:x": `has a scheme that modules do not come from. ${forms}`,
    "!tasks/add.ts": `excludes something, which no pattern can. ${forms}`,
  };
  for (const [pattern, rest] of Object.entries(cases)) assertEquals(await refusal(pattern), refused(pattern, rest));
});

Deno.test("findTaskModules() follows no link out of the folder", async () => {
  const outside = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${outside}/x.ts`, "");
    const link = async (project: TestProject) => {
      await Deno.symlink(outside, `${project.folder}/linked`);
      await Deno.symlink(`${outside}/x.ts`, `${project.folder}/tasks/linked.ts`);
      await Deno.symlink(".", `${project.folder}/tasks/round`);
    };
    for (const pattern of ["tasks/linked.ts", "linked/*.ts", "linked/x.ts"]) {
      assertEquals(
        await refusal(pattern, link),
        `NUVOM_MANIFEST_TASK_MODULE 3: .nuvom_plugins.toml:2:12: the task module ${
          JSON.stringify(pattern)
        } leads out of ` +
          "/project by a link. Foreign code must lie in the folder of the manifest; copy it there.",
      );
    }
    await using project = await TestProject.with('[tasks]\nmodules = ["**/*.ts"]\n', { "tasks/add.ts": "" });
    await link(project);
    assertEquals(await findTaskModules(await project.manifest()), [`${project.folder}/tasks/add.ts`]);
  } finally {
    await Deno.remove(outside, { recursive: true });
  }
});

Deno.test("findTaskModules() takes a link inside the folder, and a folder that is itself a link", async () => {
  await using project = await TestProject.with('[tasks]\nmodules = ["jobs/*.ts", "one.ts"]\n', { "tasks/add.ts": "" });
  await Deno.symlink("tasks", `${project.folder}/jobs`);
  await Deno.symlink("tasks/add.ts", `${project.folder}/one.ts`);
  await Deno.symlink(".", `${project.folder}/again`);
  for (const folder of [project.folder, `${project.folder}/again`]) {
    const manifest = await readManifest(`${folder}/.nuvom_plugins.toml`);
    assertEquals(await findTaskModules(manifest), [`${folder}/jobs/add.ts`, `${folder}/one.ts`]);
  }
});
