/** `nuvom:redis` as users have it: embedded, in a process of its own, granted one address. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { noRedis, RedisServer } from "../servers/redis.ts";
import { Server } from "./server.ts";

const missing = await noRedis();

function redisTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: missing === null ? name : `${name} (left out: ${missing})`, ignore: missing !== null, fn });
}

const TASKS =
  `import { task } from "nuvom"; export const add = task({ name: "add" }, (a: number, b: number) => a + b);`;

function project(port: number, grant = `["127.0.0.1:${port}"]`): Record<string, string> {
  return {
    ".nuvom_plugins.toml": `[plugins]
queue_backend = ["nuvom:redis"]

[plugin.redis]
isolation = "process"
permissions = { net = ${grant} }
settings = { url = "redis://127.0.0.1:${port}" }

[tasks]
modules = ["./tasks.ts"]
`,
    ".env": "NUVOM_QUEUE_BACKEND=redis\nNUVOM_RESULT_BACKEND=redis\n",
    "tasks.ts": TASKS,
  };
}

redisTest("nuvom plugin test passes for nuvom:redis in a process realm with one address granted", async () => {
  await using redis = await RedisServer.start({ args: ["--appendonly", "yes"] });
  await using server = await Server.with(project(redis.port));
  const { code, stdout, stderr } = await server.run(["plugin", "test", "redis"]);
  assertEquals([code, stdout.split("\n").filter((line) => line.includes("FAILED"))], [0, []], stderr);
  assertMatch(stdout, /1[5-9]\d passed, 0 failed/);
});

redisTest("jobs are enqueued, run and looked up through nuvom:redis", async () => {
  await using redis = await RedisServer.start({ args: ["--appendonly", "yes"] });
  await using server = await Server.with(project(redis.port));
  const lines = Array.from({ length: 300 }, (_, index) => `{"task":"add","args":[${index},1]}`).join("\n");
  await server.ok(["enqueue", "--from", "-"], { stdin: lines });
  await server.ok(["runworker", "--drain"]);
  const jobs = await server.json(["history", "recent", "--limit", "300"]);
  assertEquals(jobs.length, 300);
  assertEquals(await redis.cli("ZCARD", "{nuvom}:done:S"), "300");
  assertEquals((await redis.cli("--scan")).split("\n").filter((key) => !key.startsWith("{nuvom}:")), []);
});

redisTest("nuvom says what to grant when nuvom:redis may not reach its server", async () => {
  await using redis = await RedisServer.start();
  await using server = await Server.with(project(redis.port, '["127.0.0.1:1"]'));
  const { code, stderr } = await server.run(["queue", "stats"]);
  assertEquals(code === 0, false);
  assertStringIncludes(stderr, `127.0.0.1:${redis.port}`);
  assertStringIncludes(stderr, "[plugin.redis]");
});
