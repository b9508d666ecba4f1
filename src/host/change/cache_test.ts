import { assert, assertEquals } from "@std/assert";
import { ModuleServer, remotePlugin, RemoteProject } from "../testdata/module_server.ts";
import { cacheClean, cacheInfo, inspectSource, verifyAll } from "./mod.ts";

Deno.test("cacheClean() keeps what the project needs to run, unless it is told to take all", async () => {
  await using server = new ModuleServer({ ...remotePlugin("hello"), ...remotePlugin("other", { dep: "other" }) });
  await using project = await RemoteProject.with();
  const settings = project.settings();
  assertEquals((await cacheInfo(settings)).modules, { files: 0, bytes: 0 });
  await project.add(server.url("/hello/mod.ts#Exporter"));
  await inspectSource(project.parts(), { specifier: server.url("/other/mod.ts#Exporter") });
  assertEquals((await cacheInfo(settings)).modules.files, 4);
  const cleaned = await cacheClean(settings);
  assert(cleaned.bytes > 0);
  const left = await cacheInfo(settings);
  assertEquals([left.modules.files, left.prepared.files, left.plugins.files], [2, 0, 0]);
  assert((await verifyAll(project.parts({ NUVOM_OFFLINE: "1" }))).ok);
  await project.start({ NUVOM_OFFLINE: "1" });
  await cacheClean(settings, { all: true });
  assertEquals((await cacheInfo(settings)).modules.files, 0);
  await project.start();
});
