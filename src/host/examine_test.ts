import { assertEquals, assertStringIncludes } from "@std/assert";
import type { NuvomError } from "../core/mod.ts";
import { errorOf, TestSite, type TestSiteOptions, tracing } from "./testdata/test_site.ts";

/** The error with which a host of this project does not open. */
async function openError(options: TestSiteOptions): Promise<NuvomError> {
  await using site = await TestSite.with(options);
  const error = await errorOf(site.open().then((host) => host.startAll()));
  assertEquals([error.exitCode, site.states], [3, []]);
  return error;
}

/** The error with which the plugins of this project do not start; none of them is even begun. */
async function startError(options: TestSiteOptions): Promise<NuvomError> {
  await using site = await TestSite.with(options);
  const error = await errorOf((await site.open()).startAll());
  assertEquals([error.exitCode, site.states], [3, []]);
  return error;
}

Deno.test("PluginHost.open() refuses two plugins of one name, naming both", async () => {
  const error = await openError({ files: { "a.ts": tracing("x"), "b.ts": tracing("x") } });
  assertEquals(error.code, "NUVOM_PLUGIN_NAME");
  const places = "a.ts (.nuvom_plugins.toml:2:10) and b.ts (.nuvom_plugins.toml:3:10)";
  assertStringIncludes(error.message, `Several plugins are called "x": ${places}.`);
});

Deno.test("PluginHost.open() refuses a section that belongs to no plugin", async () => {
  const error = await openError({ files: { "a.ts": tracing("prometheus") }, sections: { promtheus: {} } });
  assertEquals(error.code, "NUVOM_PLUGIN_SECTION");
  assertStringIncludes(error.message, ".nuvom_plugins.toml:20: [plugin.promtheus] belongs to no plugin.");
  assertStringIncludes(error.message, 'Did you mean "prometheus"?');
});

Deno.test("PluginHost.open() refuses a plugin that takes a name pinned to another source", async () => {
  const error = await openError({
    files: { "a.ts": tracing("x") },
    sections: { x: { source: "nuvom:x" } },
  });
  assertEquals(error.code, "NUVOM_PLUGIN_SOURCE");
  assertStringIncludes(error.message, "its source is pinned to nuvom:x");
});

Deno.test("PluginHost.open() refuses a plugin listed under what it does not provide", async () => {
  const error = await openError({
    files: { "a.ts": tracing("x", { provides: '["monitoring", "cli"]' }) },
    plugins: { "a.ts": ["monitoring", "queue_backend"] },
  });
  assertEquals(error.code, "NUVOM_PLUGIN_PROVIDES");
  assertStringIncludes(
    error.message,
    '.nuvom_plugins.toml:2:10: the plugin "x" is listed under queue_backend, but provides monitoring, cli.',
  );
});

Deno.test("PluginHost.open() refuses requires that nobody provides, and circles", async () => {
  const unknown = await openError({ files: { "a.ts": tracing("a", { requires: '["b"]' }) } });
  assertEquals(unknown.code, "NUVOM_PLUGIN_REQUIRES");
  const circle = await openError({
    files: { "a.ts": tracing("a", { requires: '["b"]' }), "b.ts": tracing("b", { requires: '["a"]' }) },
  });
  assertStringIncludes(circle.message, "a → b → a");
});

Deno.test("PluginHost.open() refuses a plugin inside the executable that there is not", async () => {
  const error = await openError({ files: {}, plugins: { "nuvom:no-such-plugin": [] } });
  assertEquals(error.code, "NUVOM_PLUGIN_EMBEDDED");
});

Deno.test("PluginHost.startAll() starts nothing while a permission is missing, and shows the TOML", async () => {
  const asking = 'permissions: { net: ["{host}:80"], env: ["TOKEN"] }, settings: { host: { type: "string" } },';
  const error = await startError({
    files: { "a.ts": tracing("a"), "b.ts": tracing("b", { extra: asking }) },
    sections: {
      b: {
        permissions: { env: ["TOKEN"] },
        settings: { host: { kind: "value", value: "db.example.com", place: ".nuvom_plugins.toml:21:3" } },
      },
    },
  });
  assertEquals(error.code, "NUVOM_PLUGIN_PERMISSION");
  assertStringIncludes(error.message, 'The plugin "b" asks for permissions that it was not granted.');
  const toml = '[plugin.b]\npermissions = { net = ["db.example.com:80"], env = ["TOKEN"] }';
  assertStringIncludes(error.message, toml);
});

Deno.test("PluginHost.startAll() starts nothing while a setting is missing", async () => {
  const extra = 'settings: { token: { type: "string", required: true } },';
  const error = await startError({ files: { "a.ts": tracing("a"), "b.ts": tracing("b", { extra }) } });
  assertStringIncludes(error.message, "token");
});

Deno.test("PluginHost.startBackend() does not mind what plugins lack that it does not start", async () => {
  await using site = await TestSite.with({
    files: {
      "a.ts": tracing("a", { extra: 'settings: { token: { type: "string", required: true } },' }),
      "b.ts": tracing("b", {
        provides: '["queue_backend"]',
        start: 'context.registerQueueBackend("mine", () => ({}));',
      }),
    },
  });
  const host = await site.open();
  await host.startBackend("queue_backend", "mine");
  assertEquals(host.backendNames("queue_backend"), ["mine"]);
});
