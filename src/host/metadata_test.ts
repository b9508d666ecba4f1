import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError, systemClock } from "../core/mod.ts";
import { sha256 } from "../loader/mod.ts";
import { CodeLoader } from "./code_loader.ts";
import { type MetadataSources, readMetadata } from "./metadata.ts";
import { MetadataCache, type PluginSource } from "./metadata_cache.ts";
import { TestSite } from "./testdata/test_site.ts";

const PLUGIN = `export default { name: "x", provides: ["monitoring"], start() {}, stop() {} };`;

function sourcesOf(site: TestSite, timeoutMs = 20_000): MetadataSources {
  const { manifest, folder, settings: { values } } = site;
  const cache = new MetadataCache(values.cacheDir);
  const code = new CodeLoader(values);
  return { cache, code, manifest, root: folder, timeoutMs, memoryMb: 1_024, clock: systemClock };
}

/** The error that reading one module ends with. */
async function refusal(
  text: string,
  { exportName = null as string | null, timeoutMs = 20_000 } = {},
): Promise<NuvomError> {
  await using site = await TestSite.with({ files: { "plugins/x.ts": text } });
  const source: PluginSource = { ...site.manifest.plugins[0]!, exportName };
  const error = await assertRejects(() => readMetadata(source, sourcesOf(site, timeoutMs)), NuvomError);
  const kept = await Array.fromAsync(Deno.readDir(`${site.folder}/cache`)).catch(() => []);
  assertEquals(kept, [], "a plugin that could not be read was cached");
  return error;
}

/** The files of the cache, by path. */
async function cacheFiles(site: TestSite): Promise<string[]> {
  const folder = `${site.folder}/cache/plugins`;
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => `${folder}/${name}`);
}

Deno.test("readMetadata() reads what a class says of itself, without starting it", async () => {
  await using site = await TestSite.with({
    files: {
      "x.ts": `
        import { version } from "./version.ts";
        export class Other { start() {} stop() {} }
        export class X {
          apiVersion = "1.7";
          name = "x";
          version = version;
          provides = ["queue_backend", "monitoring"] as const;
          requires = ["y"];
          permissions = { net: ["{host}:80"], env: true };
          settings = { host: { type: "string", default: "localhost", secret: true } };
          start() { throw new Error("started"); }
          stop() {}
        }`,
      "version.ts": `export const version: string = "2.0.0";`,
    },
    plugins: { "x.ts#X": [] },
  });
  const { metadata, record, backends } = await readMetadata(site.manifest.plugins[0]!, sourcesOf(site));
  assertEquals(metadata, {
    apiVersion: "1.7",
    name: "x",
    version: "2.0.0",
    provides: ["queue_backend", "monitoring"],
    requires: ["y"],
    permissions: { net: ["{host}:80"], env: true },
    settings: { host: { type: "string", default: "localhost", secret: true } },
    exportName: "X",
  });
  assertEquals(record.files.map(({ url }) => url.split("/").at(-1)), ["x.ts", "version.ts"]);
  assertEquals(backends, []);
});

Deno.test("readMetadata() answers from the cache while no file has changed", async () => {
  await using site = await TestSite.with({ files: { "x.ts": PLUGIN } });
  const [source] = site.manifest.plugins;
  const sources = sourcesOf(site);
  const first = await readMetadata(source!, sources);
  const [path] = await cacheFiles(site);
  assertEquals((await Deno.stat(path!)).mode! & 0o777, 0o600);

  // Marked, to be told from one that was made again.
  await sources.cache.remember(source!, first.record.digest, {
    backends: [{ capability: "queue_backend", name: "marked" }],
    commands: [],
  });
  assertEquals((await readMetadata(source!, sources)).backends, [{ capability: "queue_backend", name: "marked" }]);
  await sources.cache.remember(source!, "another digest", { backends: [], commands: [] });
  assertEquals((await readMetadata(source!, sources)).backends.length, 1);

  await site.write("x.ts", PLUGIN.replace('"x"', '"renamed"'));
  const changed = await readMetadata(source!, sources);
  assertEquals([changed.metadata.name, changed.backends], ["renamed", []]);
});

Deno.test("readMetadata() makes a cache again that is torn, tampered with, of another version or not there", async () => {
  await using site = await TestSite.with({ files: { "x.ts": PLUGIN } });
  const [source] = site.manifest.plugins;
  const sources = sourcesOf(site);
  const good = await readMetadata(source!, sources);
  const [path] = await cacheFiles(site);
  const text = await Deno.readTextFile(path!);
  const kept = JSON.parse(text.split("\n")[1]!);
  const digested = (json: string) => `${sha256(new TextEncoder().encode(json))}\n${json}`;
  assertEquals(digested(JSON.stringify(kept)), text);
  const spoiled = [
    text.slice(0, -20),
    text.replace('"permissions":{}', '"permissions":{"net":["evil.example.com:443"]}'),
    "",
    "null",
    JSON.stringify(kept),
    ...[
      null,
      { ...kept, version: "0" },
      { ...kept, module: "file:///else.ts" },
      { ...kept, record: { ...kept.record, files: [] } },
      { ...kept, metadata: { ...kept.metadata, apiVersion: "2.0" } },
      { ...kept, metadata: { ...kept.metadata, provides: ["everything"] } },
    ].map((value) => digested(JSON.stringify(value))),
  ];
  for (const bad of spoiled) {
    await Deno.writeTextFile(path!, bad);
    assertEquals((await readMetadata(source!, sources)).metadata, good.metadata);
    assertEquals(await Deno.readTextFile(path!), text);
  }
  await Deno.remove(`${site.folder}/cache`, { recursive: true });
  await Deno.writeTextFile(`${site.folder}/cache`, "no folder");
  assertEquals((await readMetadata(source!, sources)).metadata, good.metadata);
});

Deno.test("readMetadata() names the place of a throw in an import, and gives the module no permissions", async () => {
  const thrown = await refusal("const a: number = 1;\n\nthrow new RangeError('no way.');");
  assertEquals([thrown.code, thrown.exitCode], ["NUVOM_PLUGIN_IMPORT", 3]);
  assertStringIncludes(
    thrown.message,
    "The plugin module plugins/x.ts could not be imported: no way (./plugins/x.ts:3:7).",
  );
  const greedy = await refusal(`export const secret = await Deno.readTextFile("/etc/hostname");\n${PLUGIN}`);
  assertEquals(greedy.code, "NUVOM_PLUGIN_IMPORT");
  assertStringIncludes(greedy.message, "Requires read access");
  assertStringIncludes(greedy.message, "move what it does into start()");
});

Deno.test("readMetadata() ends a module that never comes to an end", async () => {
  // Once before, so that the limit below is not spent on compiling nuvom itself.
  await refusal("throw 1;");
  for (const endless of ["await new Promise(() => {});", "while (true);"]) {
    const error = await refusal(`${endless}\n${PLUGIN}`, { timeoutMs: 2_000 });
    assertEquals([error.code, error.exitCode], ["NUVOM_PLUGIN_START_TIMEOUT", 3]);
    assertStringIncludes(error.message, 'The import of the plugin "plugins/x.ts" was not done within 2s');
  }
});

Deno.test("readMetadata() refuses what is no plugin", async () => {
  const cases: [text: string, exportName: string | null, code: string, message: string][] = [
    [PLUGIN, "MyPlugin", "NUVOM_PLUGIN_EXPORT_MISSING", 'has no export "MyPlugin"'],
    ["export const a = 1;", null, "NUVOM_PLUGIN_EXPORT_MISSING", "No export of"],
    [PLUGIN.replace("stop() {}", ""), null, "NUVOM_PLUGIN_SHAPE", "stop is not a function"],
    [PLUGIN.replace("start()", 'apiVersion: "2.0", start()'), null, "NUVOM_PLUGIN_API", "version 2.0"],
    [PLUGIN.replace("start()", "version: [], start()"), null, "NUVOM_PLUGIN_SHAPE", "version is not a string"],
    [
      PLUGIN.replace("start()", 'settings: { a: { type: "string", secret: "yes" } }, start()'),
      null,
      "NUVOM_PLUGIN_SHAPE",
      "settings.a.secret is not true or false",
    ],
    ["export default {", null, "NUVOM_LOADER_SYNTAX", "x.ts:1:"],
  ];
  for (const [text, exportName, code, message] of cases) {
    const error = await refusal(text, { exportName });
    assertEquals([error.code, error.exitCode], [code, 3]);
    assertStringIncludes(error.message, message);
    assert(!error.message.includes("nuvom-run-"), error.message);
  }
});
