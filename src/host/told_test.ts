import { assert, assertEquals } from "@std/assert";
import type { EventName, EventTable } from "../core/mod.ts";
import { TestSite, tracing } from "./testdata/test_site.ts";

function told<N extends EventName>(site: TestSite, name: N): EventTable[N][] {
  const events: EventTable[N][] = [];
  site.bus.on(name, (event) => void events.push(event));
  return events;
}

Deno.test("PluginHost tells of the load of a plugin, of its realm, and of every call into it", async () => {
  const start = `let calls = 0;
    context.registerMetricsProvider(() => { if (++calls === 2) throw new Error("no figures"); return []; });`;
  await using site = await TestSite.with({ files: { "x.ts": tracing("x", { provides: '["monitoring"]', start }) } });
  const loads = told(site, "loader.loaded");
  const opened = told(site, "realm.opened");
  const ended = told(site, "realm.ended");
  const calls = told(site, "plugin.called");
  const host = await site.open();
  await host.startAll();
  const collect = host.metricsProviders().get("x")!;
  assertEquals(await collect(), []);
  await collect().catch(() => {});
  await host.stopAll();

  assertEquals(loads.map(({ what, modules, remote }) => [what, modules, remote]), [['plugin "x"', 1, 0]]);
  assert(loads[0]!.loadMs >= 0);
  assertEquals(opened.map(({ realm }) => realm), ['plugin "x"']);
  assert(opened[0]!.startMs > 0);
  assertEquals(ended.map(({ realm, reason }) => [realm, reason]), [['plugin "x"', "stopped"]]);
  const own = calls.filter(({ what }) => what === "its metrics" || what === "stop()" || what === "start()");
  assertEquals(own.map(({ plugin, what, outcome }) => [plugin, what, outcome]), [
    ["x", "start()", "answer"],
    ["x", "its metrics", "answer"],
    ["x", "its metrics", "error"],
    ["x", "stop()", "answer"],
  ]);
  assertEquals(own.map(({ waits }) => waits), [true, false, false, false]);
});
