import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestProject } from "../testing.ts";

const FILES = {
  ".nuvom_plugins.toml": `[plugins]
monitoring = ["./plugins/watch.ts", "./plugins/broken.ts"]

[plugin.watch]
permissions = { net = ["127.0.0.1:9150"] }
settings = { token = "hush" }
`,
  "plugins/watch.ts": `export default {
  name: "watch", version: "1.2.3", provides: ["monitoring"],
  permissions: { net: ["127.0.0.1:9150"] },
  settings: { token: { type: "string", secret: true, description: "Opens the door." }, level: { type: "number", default: 3 } },
  start() { throw new Error("started"); }, stop() {} };`,
  "plugins/broken.ts": `export default { name: "broken" };`,
};

Deno.test("plugin list shows the plugins, what is wrong with one, and ends with 3 then", async () => {
  await using project = await TestProject.with(FILES);
  const { code, out } = await project.nuvom(["plugin", "list"]);
  assertEquals(code, 3);
  assertMatch(
    out,
    /^NAME +VERSION +PROVIDES +REALM +LOCK +GRANTED +FROM\nwatch +1\.2\.3 +monitoring +worker +local +net +\.\/plugins\/watch\.ts\n/,
  );
  assertStringIncludes(out, "\n./plugins/broken.ts: ");
  const { code: jsonCode, out: json } = await project.nuvom(["plugin", "list", "--json"]);
  assertEquals(jsonCode, 3);
  const [watch, broken] = JSON.parse(json);
  assertEquals([watch.name, watch.problem], ["watch", null]);
  assertMatch(broken.problem.code, /^NUVOM_PLUGIN_/);
});

Deno.test("plugin list ends with 0 when all is well, also when there are none", async () => {
  await using project = await TestProject.with({
    ...FILES,
    ".nuvom_plugins.toml":
      '[plugins]\nmonitoring = ["./plugins/watch.ts"]\n[plugin.watch]\npermissions = { net = ["127.0.0.1:9150"] }\n',
  });
  assertEquals((await project.nuvom(["plugin", "list"])).code, 0);
  await project.write({ ".nuvom_plugins.toml": "" });
  const { code, out, err } = await project.nuvom(["plugin", "list"]);
  assertEquals([code, out, err], [0, "", `${project.folder}/.nuvom_plugins.toml names no plugins under [plugins].\n`]);
});

Deno.test("plugin inspect shows permissions, settings with secrets masked, and modules; it starts nothing", async () => {
  await using project = await TestProject.with(FILES);
  const { code, out } = await project.nuvom(["plugin", "inspect", "watch"]);
  assertEquals(code, 0);
  for (const part of ["watch 1.2.3\n", "  lock      local\n", "Opens the door.", "plugins/watch.ts"]) {
    assertStringIncludes(out, part);
  }
  assertMatch(out, /^net 127\.0\.0\.1:9150 +yes +yes$/m);
  assertMatch(out, /^level +3 +default/m);
  assertEquals(out.includes("hush"), false);
  const { settings, modules, missing } = await project.json<Record<string, unknown[]>>(["plugin", "inspect", "watch"]);
  assertEquals([settings!.length, modules!.length, missing], [2, 1, null]);
});

Deno.test("plugin inspect refuses a name that no plugin has", async () => {
  await using project = await TestProject.with(FILES);
  const { code, err } = await project.nuvom(["plugin", "inspect", "wotch"]);
  assertEquals(code, 4);
  assertStringIncludes(err, 'Did you mean "watch"?');
});
