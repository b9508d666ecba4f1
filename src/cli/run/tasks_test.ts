import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PROJECT, TestProject } from "../testing.ts";

Deno.test("list tasks shows the tasks of the project with their options and files", async () => {
  await using project = await TestProject.with(PROJECT);
  const { code, out } = await project.nuvom(["list", "tasks"]);
  assertEquals(code, 0);
  assertMatch(
    out,
    /^TASK +QUEUE +PRIORITY +RETRIES +TIMEOUT +MODULE\nadd +default +0 +0 +default +tasks\/math.ts\n(.*\n){2}slow +default +3 +0 +1m 0s +tasks/,
  );
  const tasks = await project.json<{ name: string; source: string }[]>(["list", "tasks"]);
  assertEquals(tasks.find(({ name }) => name === "fail")?.source, `${project.folder}/tasks/math.ts`);
});

Deno.test("list tasks sees a file that has changed", async () => {
  await using project = await TestProject.with(PROJECT);
  await project.nuvom(["list", "tasks"]);
  await project.write({
    "tasks/more.ts": 'import { task } from "nuvom";\nexport const t = task({ name: "t" }, () => 1);\n',
  });
  assertStringIncludes((await project.nuvom(["list", "tasks"])).out, "tasks/more.ts");
});

Deno.test("list tasks says so when there are none, and why", async () => {
  await using project = await TestProject.with({ ".nuvom_plugins.toml": "" });
  const { code, out, err } = await project.nuvom(["list", "tasks"]);
  assertEquals([code, out], [0, ""]);
  assertStringIncludes(err, "There are no tasks.");
  assertStringIncludes(err, '[tasks] modules = ["./tasks/*.ts"]');
});

Deno.test("discover tasks writes the list down, and tells what is wrong with a module", async () => {
  await using project = await TestProject.with(PROJECT);
  assertStringIncludes((await project.nuvom(["discover", "tasks"])).out, "discard");
  const { tasks } = JSON.parse(await Deno.readTextFile(`${project.folder}/.nuvom/manifest.json`));
  assertEquals(tasks.length, 4);
  await project.write({ "tasks/broken.ts": 'throw new Error("not today");' });
  const { code, err } = await project.nuvom(["discover", "tasks"]);
  assertEquals(code, 3);
  assertStringIncludes(err, "not today");
});

Deno.test("commands refuse a project without a manifest, and a broken one", async () => {
  await using project = await TestProject.with({ "other.toml": "[plugin" });
  const missing = await project.nuvom(["list", "tasks"]);
  assertEquals(missing.code, 3);
  assertMatch(missing.err, /\(NUVOM_MANIFEST_\w+\)\n$/);
  const broken = await project.nuvom(["list", "tasks", "--manifest", "other.toml", "--json"]);
  assertEquals([broken.code, broken.out, JSON.parse(broken.err).error.code], [3, "", "NUVOM_MANIFEST_SYNTAX"]);
});
