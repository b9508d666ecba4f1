/** Plugins of real realms that crash and are started again, or reloaded. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { errorOf, TestSite, tracing } from "./testdata/test_site.ts";

/** Kills the process of the plugin; resolves when it runs again. */
async function kill(site: TestSite, pid: number): Promise<{ pid: number; noticedMs: number }> {
  const began = performance.now();
  const crashed = site.next("plugin.state", ({ state }) => state === "crashed");
  const running = site.next("plugin.state", ({ state }) => state === "running");
  Deno.kill(pid, "SIGKILL");
  await crashed;
  const noticedMs = performance.now() - began;
  return { pid: (await running).pid!, noticedMs };
}

Deno.test("a plugin whose process is killed has its hooks and figures again, and the plugin that requires it goes on", async () => {
  const start = `
    context.registerMetricsProvider(() => [{ name: "x_pid", help: "", type: "gauge", samples: [] }]);
    context.registerHook({ beforeJob: (events) => log.info("told " + events.map(({ job }) => job.id)) });`;
  await using site = await TestSite.with({
    files: {
      "x.ts": tracing("x", { provides: '["lifecycle_hook"]', start }),
      "y.ts": tracing("y", { requires: '["x"]' }),
    },
    sections: { x: { isolation: "process" } },
  });
  const host = await site.open();
  const first = site.next("plugin.state", ({ plugin, state }) => plugin === "x" && state === "running");
  await host.startAll();
  const job = (id: string) =>
    site.bus.emit("attempts.started", { jobs: [{ id, task: "t", queue: "q", args: "" } as never], waitedMs: [0] });
  job("1");
  await site.heard("told 1");

  const crashed = site.next("plugin.state", ({ state }) => state === "crashed").then(() => job("2"));
  const { noticedMs } = await kill(site, (await first).pid!);
  assert(noticedMs < 1_000, `${noticedMs} ms`);
  await crashed;
  await site.heard("told 2");
  assertEquals((await host.metricsProviders().get("x")!()).map(({ name }) => name), ["x_pid"]);
  const [x, y] = await host.status();
  assertEquals([x!.restarts, x!.lastError?.code, y!.restarts, y!.state], [1, "NUVOM_PLUGIN_CRASHED", 0, "running"]);
  assert(x!.memoryBytes! > 1_000_000 && x!.cpuMs! > 0 && x!.calls > 0, JSON.stringify(x));
  assertEquals(site.lines.filter((line) => line.endsWith("y.start")).length, 1);
  await host.stopAll();
  assertEquals(site.states.slice(-4), ["y stopping", "y stopped", "x stopping", "x stopped"]);
});

Deno.test("a plugin whose folder was tidied away while it ran is started again from the modules in memory", async () => {
  const start = 'log.info("from " + new Error().stack.match(/file:[^ ]+[/]/)[0]);';
  await using site = await TestSite.with({
    files: { "x.ts": tracing("x", { start }) },
    sections: { x: { isolation: "process" } },
  });
  const host = await site.open();
  const first = site.next("plugin.state", ({ state }) => state === "running");
  await host.startAll();
  const { pid } = await first;
  const codeOf = (lines: readonly string[]) => fromFileUrl(lines.at(-1)!.match(/from (file:.*)/)![1]!);
  const gone = codeOf(site.lines.filter((line) => line.includes("from file:")));
  await Deno.remove(gone, { recursive: true });
  await site.write("x.ts", "this is no module");
  await kill(site, pid!);
  const folders = site.lines.filter((line) => line.includes("from file:"));
  assertEquals(folders.length, 2);
  const again = codeOf(folders);
  assert(gone !== again);
  await host.stopAll();
  await assertRejects(() => Deno.stat(again), Deno.errors.NotFound);
});

const MANIFEST = '[plugins]\nlifecycle_hook = ["./x.ts"]\n';

/** A plugin whose hook says its version; a call of it may take long. */
function versioned(version: number, extra = ""): string {
  return tracing("x", {
    provides: '["lifecycle_hook"]',
    start: `${extra}
      context.registerHook({ beforeJob: async ([{ job }]) => {
        log.info("v${version} begins " + job.id);
        await new Promise((resolve) => setTimeout(resolve, job.id === "slow" ? 300 : 0));
        log.info("v${version} ends " + job.id);
      } });`,
  });
}

for (const isolation of ["process", "worker", "inline"] as const) {
  Deno.test(`PluginHost.reload() runs what the files say now, and lets calls end in the old instance: ${isolation}`, async () => {
    const manifest = `${MANIFEST}\n[plugin.x]\nisolation = "${isolation}"\n`;
    await using site = await TestSite.with({
      files: { "x.ts": versioned(1), ".nuvom_plugins.toml": manifest },
      plugins: { "x.ts": ["lifecycle_hook"] },
      sections: { x: { isolation } },
    });
    const host = await site.open();
    await host.startAll();
    const job = (id: string) =>
      site.bus.emit("attempts.started", { jobs: [{ id, task: "t", queue: "q", args: "" } as never], waitedMs: [0] });
    job("slow");
    await site.heard("v1 begins slow");
    await site.write("x.ts", versioned(2));
    await host.reload("x");
    job("b");
    await site.heard("v2 ends b");
    assert(site.lines.some((line) => line.endsWith("v1 ends slow")), site.lines.join("\n"));
    assertEquals(site.lines.filter((line) => line.endsWith("x.stop")).length, 1);
    assertEquals(site.states, ["x starting", "x running", "x running"]);

    for (
      const [text, code] of [["this is no module", "NUVOM_LOADER_SYNTAX"], [
        versioned(3, "throw new Error('no');"),
        "NUVOM_PLUGIN_RELOAD",
      ]] as const
    ) {
      await site.write("x.ts", text);
      assertEquals((await errorOf(host.reload("x"))).code, code);
    }
    await site.write(".nuvom_plugins.toml", `${manifest}call_timeout = 3\n`);
    assertEquals((await errorOf(host.reload("x"))).code, "NUVOM_MANIFEST_VALUE");
    job("c");
    await site.heard("v2 ends c");
    assertStringIncludes((await errorOf(host.reload("y"))).code, "NUVOM_MANIFEST_VALUE");
    await host.stopAll();
    assertEquals((await errorOf(host.reload("x"))).code, "NUVOM_PLUGIN_STATE");
  });
}
