/** The plugin `prometheus` as its users have it: bundled, loaded, in a realm with nothing but its grant. */

import { assertEquals, assertRejects } from "@std/assert";
import type { MetricsSnapshot, PermissionSet } from "../src/core/mod.ts";
import { loadGraph, type PreparedGraph, prepareGraph } from "../src/loader/mod.ts";
import { explainPermission, type Isolation, openRealm, type Realm } from "../src/sandbox/mod.ts";
import { Prometheus } from "../plugins/prometheus/mod.ts";
import { parseExposition } from "../plugins/prometheus/testing.ts";
import { bundlePlugins } from "../scripts/bundle_plugins.ts";

const MODULE = "nuvom:prometheus";
const LIMIT = { timeoutMs: 20_000 };
const FIGURES: MetricsSnapshot = {
  at: 0,
  families: [
    {
      name: "nuvom_jobs_total",
      help: "Attempts.",
      type: "counter",
      samples: ["success", "failure"].map((outcome, index) => ({ labels: { outcome }, value: 3 - index })),
    },
    {
      name: "nuvom_job_duration_seconds",
      help: "Time.",
      type: "histogram",
      samples: [{ labels: {}, bounds: [0.1, 1], counts: [1, 3, 5], sum: 9.5, count: 5 }],
    },
  ],
};

/** A realm with the plugin in it, loaded and not started. */
class PluginRealm implements AsyncDisposable {
  readonly logged: string[] = [];
  realm!: Realm;
  #graph!: PreparedGraph;

  static async open(kind: Isolation, grant: PermissionSet): Promise<PluginRealm> {
    const opened = new PluginRealm();
    const folder = await Deno.makeTempDir({ prefix: "nuvom-test-" });
    try {
      await bundlePlugins(`${folder}/plugins`);
      const embedded = (name: string) => Deno.readTextFile(`${folder}/plugins/${name}.js`);
      opened.#graph = await prepareGraph(await loadGraph([MODULE], { root: folder, embedded }));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    const spec = { name: "plugin prometheus", kind, role: "plugin", graph: opened.#graph, grant, env: {} } as const;
    opened.realm = await openRealm({ ...spec, startTimeoutMs: LIMIT.timeoutMs }, {
      call: (method) => method === "metrics.snapshot" ? Promise.resolve(FIGURES) : Promise.reject(new Error(method)),
      note: (method, params) => opened.logged.push(`${method} ${JSON.stringify(params)}`),
      output: (_stream, line) => opened.logged.push(line),
    });
    return opened;
  }

  load() {
    const entry = this.#graph.entryRef(MODULE);
    return this.realm.call("plugin.load", { entry, exportName: null }, LIMIT);
  }

  start() {
    return this.realm.call("plugin.start", { settings: { host: "127.0.0.1", prometheus_port: 0 } }, LIMIT);
  }

  /** The port, as the log says it. */
  get port(): number {
    return Number(/127\.0\.0\.1:(\d+)/.exec(this.logged.join("\n"))![1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.realm.stop(2_000);
    await this.#graph.dispose();
  }
}

for (const kind of ["worker", "process"] as const) {
  Deno.test(`the plugin prometheus is scraped with its net grant alone: ${kind}`, async () => {
    await using plugin = await PluginRealm.open(kind, { net: ["127.0.0.1"] });
    const metadata = await plugin.load();
    const { name, provides, permissions, settings } = new Prometheus();
    assertEquals(
      { ...metadata },
      { apiVersion: "1.0", version: null, requires: [], exportName: "default", name, provides, permissions, settings },
    );
    assertEquals(await plugin.start(), []);

    const response = await fetch(`http://127.0.0.1:${plugin.port}/metrics`);
    assertEquals(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    const families = parseExposition(await response.text());
    assertEquals([...families.get("nuvom_jobs_total")!.series], [
      ['nuvom_jobs_total{outcome="success"}', 3],
      ['nuvom_jobs_total{outcome="failure"}', 2],
    ]);
    assertEquals(
      families.get("nuvom_job_duration_seconds")!.series.get('nuvom_job_duration_seconds_bucket{le="+Inf"}'),
      5,
    );

    await plugin.realm.call("plugin.stop", {}, LIMIT);
    Deno.listen({ hostname: "127.0.0.1", port: plugin.port }).close();
    assertEquals(plugin.logged.length, 1, plugin.logged.join("\n"));
  });

  Deno.test(`the plugin prometheus asks for net when it was not granted: ${kind}`, async () => {
    await using plugin = await PluginRealm.open(kind, {});
    await plugin.load();
    const error = await assertRejects(() => plugin.start(), Error);
    assertEquals(explainPermission(error), { kind: "net", value: "127.0.0.1:0" });
  });
}
