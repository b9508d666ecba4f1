import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { resolveSpecifier } from "./specifier.ts";
import { refusalOf, TestProject } from "./testing.ts";

Deno.test("resolveSpecifier() knows every form", async () => {
  await using project = await TestProject.with("", {
    "plugins/my_queue.ts": "",
    "plugins/my_queue.js": "",
    "plugins/old.js": "",
    "plugins/older.mjs": "",
    "top.ts": "",
  });
  const { folder } = project;
  const forms: Readonly<Record<string, readonly [module: string, exportName: string | null]>> = {
    "plugins.my_queue:MyPlugin": [`file://${folder}/plugins/my_queue.ts`, "MyPlugin"],
    "plugins.old:default": [`file://${folder}/plugins/old.js`, "default"],
    "plugins.older": [`file://${folder}/plugins/older.mjs`, null],
    "top:$x": [`file://${folder}/top.ts`, "$x"],
    "./plugins/my_queue.ts#MyPlugin": [`file://${folder}/plugins/my_queue.ts`, "MyPlugin"],
    "plugins/../plugins/x.ts": [`file://${folder}/plugins/x.ts`, null],
    "./a b?c%41.ts#größe": [`file://${folder}/a%20b%3Fc%2541.ts`, "größe"],
    [`${folder}/plugins/x.ts#X`]: [`file://${folder}/plugins/x.ts`, "X"],
    [`file://${folder}/a%20b.ts#X`]: [`file://${folder}/a%20b.ts`, "X"],
    "nuvom:prometheus": ["nuvom:prometheus", null],
    "nuvom:prometheus#Prometheus": ["nuvom:prometheus", "Prometheus"],
  };
  for (const [specifier, [module, exportName]] of Object.entries(forms)) {
    assertEquals(await resolveSpecifier(specifier, folder, null), { module, exportName }, specifier);
  }
});

Deno.test("resolveSpecifier() says what is wrong and what to write", async () => {
  await using project = await TestProject.with("", { "plugins/folder.ts/x": "" });
  const forms =
    'Write "plugins.my_queue:MyPlugin", "./plugins/my_queue.ts#MyPlugin", "https://host/mod.ts#MyPlugin" or ' +
    '"nuvom:prometheus".';
  const moved = "lies outside of /project. Move or copy the file into the folder of the manifest.";
  const absent = (...tried: string[]) =>
    `means a file that does not exist; tried were ${tried.join(", ")}. Make one of them, or name another file: ` +
    '"./plugins/my_queue.ts#MyPlugin". A plugin inside the executable is written "nuvom:prometheus".';
  const bad: Readonly<Record<string, string>> = {
    "plugins.none:X": absent("./plugins/none.ts", "./plugins/none.js", "./plugins/none.mjs"),
    "plugins.folder:X": absent("./plugins/folder.ts", "./plugins/folder.js", "./plugins/folder.mjs"),
    "prometheus": absent("./prometheus.ts", "./prometheus.js", "./prometheus.mjs"),
    "https://example.com/mod.ts#a-b": `names the export "a-b", which can't be the name of one. ${forms}`,
    "npm:chalk@5": `has a scheme that plugins do not come from. ${forms}`,
    "data:text/javascript,0": `has a scheme that plugins do not come from. ${forms}`,
    "my_plugin.ts": 'looks like a file. Write "./my_plugin.ts", with ./ in front.',
    "./plugins/x.ts:X": 'names its export after a colon. Write "./plugins/x.ts#X".',
    "./plugins/x.ts#": `names the export "", which can't be the name of one. ${forms}`,
    "plugins.x:My-Plugin": `names the export "My-Plugin", which can't be the name of one. ${forms}`,
    "nuvom:Prometheus": `names no plugin inside the executable. ${forms}`,
    "nuvom:": `names no plugin inside the executable. ${forms}`,
    "../x.ts": moved,
    "/etc/x.ts": moved,
    "file:///etc/x.ts": moved,
    "file:///project/%2e%2e/x.ts": moved,
    "file://host/x.ts": `is no URL of a file. ${forms}`,
    "file:./x.ts": `is no URL of a file. ${forms}`,
    "file:///project/x.ts?v=1": `is no URL of a file. ${forms}`,
    "file:///project/%FF.ts": `is no URL of a file. ${forms}`,
    "file:///project/a%00.ts": `is no URL of a file. ${forms}`,
    "a..b:X": `is in no form that is known. ${forms}`,
  };
  for (const [specifier, message] of Object.entries(bad)) {
    const real = specifier.replace("/project", project.folder);
    assertEquals(
      await project.refusal(() => resolveSpecifier(real, project.folder, "m.toml:3:1")),
      `NUVOM_PLUGIN_SPECIFIER 3: m.toml:3:1: the plugin ${JSON.stringify(specifier)} ${message}`,
    );
  }
  assertEquals(
    await project.refusal(() => resolveSpecifier("../x.ts", project.folder, null)),
    `NUVOM_PLUGIN_SPECIFIER 3: The plugin "../x.ts" ${moved}`,
  );
});

Deno.test("resolveSpecifier() takes https URLs, and plain http to this machine alone (F3, F13)", async () => {
  assertEquals(await resolveSpecifier("https://Example.com/a/../mod.ts#X", "/p", null), {
    module: "https://example.com/mod.ts",
    exportName: "X",
  });
  assertEquals((await resolveSpecifier("http://127.0.0.1:8000/m.ts", "/p", null)).module, "http://127.0.0.1:8000/m.ts");
  const refused = (specifier: string) => refusalOf(() => resolveSpecifier(specifier, "/p", "m.toml:3:1"));
  assertStringIncludes(
    await refused("http://example.com/m.ts"),
    "NUVOM_FETCH_SCHEME 3: m.toml:3:1: The URL http://example",
  );
  assertStringIncludes(await refused("https://user:secret@example.com/m.ts"), "NUVOM_FETCH_URL 3: m.toml:3:1: ");
  assert(!(await refused("https://user:secret@example.com/m.ts")).includes("secret"));
});
