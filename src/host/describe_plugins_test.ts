import { assertEquals, assertStringIncludes } from "@std/assert";
import { sha256 } from "../loader/mod.ts";
import { describePlugin, describePlugins } from "./mod.ts";
import { errorOf, TestSite, tracing } from "./testdata/test_site.ts";

const EXPORTER = tracing("exporter", {
  provides: '["monitoring"]',
  extra: `
  version: "1.2.0",
  permissions: { net: ["{host}:{port}"], read: ["./data"] },
  settings: {
    host: { type: "string", default: "127.0.0.1", description: "Where it listens." },
    port: { type: "number", default: 9150 },
    token: { type: "string", secret: true, default: "hush" },
  },`,
});

function site(): Promise<TestSite> {
  return TestSite.with({
    files: { "exporter.ts": EXPORTER, "broken.ts": "export default { name: ", "plain.ts": tracing("plain") },
    plugins: { "exporter.ts": ["monitoring"], "broken.ts": ["cli"], "plain.ts": [] },
    sections: { exporter: { permissions: { net: ["127.0.0.1:9150"] }, isolation: "process", optional: true } },
  });
}

Deno.test("describePlugins() shows a row for each, also for the broken ones, and starts nothing", async () => {
  await using project = await site();
  const { manifest, settings, folder } = project;
  const [exporter, broken, plain] = await describePlugins(manifest, settings);
  const { problem, ...rest } = exporter!;
  assertEquals(rest, {
    specifier: "exporter.ts",
    module: manifest.plugins[0]!.module,
    lock: "none",
    name: "exporter",
    version: "1.2.0",
    provides: ["monitoring"],
    requires: [],
    isolation: "process",
    granted: { net: ["127.0.0.1:9150"] },
    asked: { read: [`${folder}/data`], net: ["127.0.0.1:9150"] },
    optional: true,
  });
  assertEquals(problem?.code, "NUVOM_PLUGIN_PERMISSION");
  assertStringIncludes(
    problem!.message,
    '[plugin.exporter]\npermissions = { read = ["./data"], net = ["127.0.0.1:9150"] }',
  );
  assertEquals([broken!.name, broken!.problem?.code, broken!.provides], [null, "NUVOM_LOADER_SYNTAX", []]);
  assertEquals([plain!.name, plain!.problem, plain!.isolation], ["plain", null, "worker"]);
  assertEquals([project.states, project.lines], [[], []]);
});

Deno.test("describePlugins() imports nothing while no file has changed", async () => {
  await using project = await TestSite.with({ files: { "a.ts": tracing("a") } });
  const { manifest, settings, folder } = project;
  await describePlugins(manifest, settings);
  for await (const { name } of Deno.readDir(`${folder}/cache/plugins`)) {
    const path = `${folder}/cache/plugins/${name}`;
    const text = (await Deno.readTextFile(path)).split("\n")[1]!.replace('"version":null', '"version":"marked"');
    await Deno.writeTextFile(path, `${sha256(new TextEncoder().encode(text))}\n${text}`);
  }
  assertEquals((await describePlugins(manifest, settings))[0]!.version, "marked");
  await project.write("a.ts", `${tracing("a")}\n`);
  assertEquals((await describePlugins(manifest, settings))[0]!.version, null);
});

Deno.test("describePlugin() shows modules, settings and what is missing", async () => {
  await using project = await site();
  const { manifest, settings, folder } = project;
  for (const target of ["exporter", "exporter.ts"]) {
    const detail = await describePlugin(manifest, settings, target);
    assertEquals([detail.exportName, detail.apiVersion, detail.place], ["default", "1.0", ".nuvom_plugins.toml:2:10"]);
    assertEquals(detail.missing, { read: [`${folder}/data`] });
    assertEquals(detail.modules.map(({ url, bytes }) => [url, bytes]), [
      [detail.module, new TextEncoder().encode(EXPORTER).length],
    ]);
    assertEquals(detail.settings.map(({ name, value }) => [name, value]), [
      ["host", "127.0.0.1"],
      ["port", "9150"],
      ["token", "********"],
    ]);
  }
  const unknown = await errorOf(describePlugin(manifest, settings, "exportr"));
  assertEquals([unknown.code, unknown.exitCode], ["NUVOM_PLUGIN_UNKNOWN", 4]);
  assertStringIncludes(unknown.message, 'Did you mean "exporter"?');
});
