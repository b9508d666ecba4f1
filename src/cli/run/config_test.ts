import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestProject } from "../testing.ts";

interface Row {
  readonly env: string;
  readonly value: string;
  readonly source: string;
}

Deno.test("config shows every setting and where it comes from, without a manifest", async () => {
  await using project = await TestProject.with({ ".env": "NUVOM_CONCURRENCY=3\nNUVOM_BATCH_SIZE=7\n" });
  const env = { NUVOM_CONCURRENCY: "4" };
  const { code, out, err } = await project.nuvom(["config", "--workers", "2"], { env });
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /^NUVOM_MAX_WORKERS +2 +--workers/m);
  assertMatch(out, /^NUVOM_CONCURRENCY +4 +environment/m);
  assertMatch(out, /^NUVOM_BATCH_SIZE +7 +\.env:2/m);
  assertMatch(out, /^NUVOM_LOG_LEVEL +info +default/m);
  const { settings } = await project.json<{ settings: Row[] }>(["config"], { env });
  const { value, source } = settings.find(({ env }) => env === "NUVOM_CONCURRENCY")!;
  assertEquals([value, source], ["4", "environment"]);
});

Deno.test("config warns of a variable that looks like a misspelt setting", async () => {
  await using project = await TestProject.with({});
  const { code, err } = await project.nuvom(["config"], { env: { NUVOM_LOG_LEVL: "debug" } });
  assertEquals(code, 0);
  assertStringIncludes(err, 'Did you mean "NUVOM_LOG_LEVEL"?');
});

Deno.test("config refuses a wrong value: 2 from the command line, 3 from elsewhere", async () => {
  await using project = await TestProject.with({});
  assertEquals((await project.nuvom(["config", "--workers", "0"])).code, 2);
  assertEquals((await project.nuvom(["config"], { env: { NUVOM_MAX_WORKERS: "0" } })).code, 3);
});
