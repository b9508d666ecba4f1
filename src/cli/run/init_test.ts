import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestProject } from "../testing.ts";

Deno.test("init writes a project that works as it is", async () => {
  await using empty = await TestProject.with({});
  const { code, out } = await empty.nuvom(["init", "my project/x"]);
  assertEquals(code, 0);
  assertStringIncludes(out, "cd 'my project/x'");
  await using project = await TestProject.with({});
  const { files } = await project.json<{ files: string[] }>(["init"]);
  for (const path of files) {
    const text = await Deno.readTextFile(`${project.folder}/${path}`);
    assertEquals(text, await Deno.readTextFile(`${empty.folder}/my project/x/${path}`));
  }
  const { id } = await project.json<{ id: string }>(["enqueue", "hello", '["world"]']);
  assertEquals((await project.nuvom(["runworker", "--drain", "--workers", "1"])).code, 0);
  assertEquals((await project.json<{ result: string }>(["status", id])).result, "Hello, world!");
  assertEquals(await project.json<unknown[]>(["plugin", "list"]), []);
});

Deno.test("init writes types that Deno checks, and settings that can be uncommented", async () => {
  await using project = await TestProject.with({});
  await project.nuvom(["init"]);
  await project.write({ "tasks/wrong.ts": 'import { task } from "nuvom";\ntask({ name: 5 }, () => 1);\n' });
  const check = async (path: string) => {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", path],
      cwd: project.folder,
      env: { NO_COLOR: "1" },
    }).output();
    return { success, text: new TextDecoder().decode(stderr) };
  };
  assertEquals(await check("tasks/hello.ts").then(({ success }) => success), true);
  assertStringIncludes((await check("tasks/wrong.ts")).text, "Type 'number' is not assignable to type 'string'");
  const dotenv = await Deno.readTextFile(`${project.folder}/.env`);
  await project.write({ ".env": dotenv.replaceAll(/^# (NUVOM_)/gm, "$1") });
  const { code, err } = await project.nuvom(["config"]);
  assertEquals([code, err], [0, ""]);
});

Deno.test("init overwrites nothing: it names what is in the way and writes no file", async () => {
  await using project = await TestProject.with({ ".env": "mine", "tasks/hello.ts": "mine" });
  const { code, out, err } = await project.nuvom(["init"]);
  assertEquals([code, out], [1, ""]);
  assertStringIncludes(err, `${project.folder} has tasks/hello.ts, .env already, so nothing was written.`);
  assertEquals((await Array.fromAsync(Deno.readDir(project.folder))).map(({ name }) => name).sort(), [".env", "tasks"]);
});

Deno.test("init refuses a folder that is a file", async () => {
  await using project = await TestProject.with({ "file": "mine" });
  const { code, err } = await project.nuvom(["init", "file"]);
  assertEquals(code, 1);
  assertStringIncludes(err, "(NUVOM_INIT_WRITE)");
});
