import { assertEquals, assertMatch } from "@std/assert";
import type { LogLevels } from "../../core/mod.ts";
import { openEngine } from "../../engine.ts";
import { loadSettings } from "../../settings/mod.ts";
import { TestProject } from "../testing.ts";

const MANIFEST = { ".nuvom_plugins.toml": "[plugins]\n" };

Deno.test("log level tells running workers, which log by it at once", async () => {
  await using project = await TestProject.with(MANIFEST);
  await using engine = await openEngine({ settings: loadSettings({ cwd: project.folder, env: {} }) });
  const heard: LogLevels[] = [];
  engine.bus.on("log.levels", ({ levels }) => heard.push(levels));
  await engine.worker();
  const { code, out } = await project.nuvom(["log", "level", "job=debug", "warn"]);
  assertEquals(code, 0);
  assertMatch(out, /^\S+: logs by job=debug, warn now\.\n$/);
  assertEquals(heard, [{ job: "debug", "": "warn" }]);
  const json = await project.nuvom(["log", "level", "info", "--json"]);
  assertEquals(JSON.parse(json.out).map(({ changed }: { changed: boolean }) => changed), [true]);
});

Deno.test("log level refuses what is no level, and says that no worker runs", async () => {
  await using project = await TestProject.with(MANIFEST);
  const wrong = await project.nuvom(["log", "level", "job=loud"]);
  assertEquals(wrong.code, 2);
  assertMatch(wrong.err, /"job=loud" is no level of the log\. Write debug/);
  const alone = await project.nuvom(["log", "level", "debug"]);
  assertEquals(alone.code, 4);
  assertMatch(alone.err, /NUVOM_WORKER_NONE/);
});
