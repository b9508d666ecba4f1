/** What the plugin `redis` says where it can't work: one paragraph, with what mends it. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../../src/core/mod.ts";
import { newJob } from "../../src/testing/new_job.ts";
import { RedisServer } from "../servers/redis.ts";
import { redisTest, Started } from "./rig.ts";

const PASSWORD = "s3cr3t-of-tests";
const REQUEST = { limit: 10, leaseMs: 30_000, queues: null, waitMs: 0, workerId: "w" };

/** What a start with these settings says. */
async function refusal(settings: Record<string, unknown>): Promise<NuvomError> {
  const error = await assertRejects(() => Started.with({ timeout_ms: 2_000, ...settings }), NuvomError);
  assertParagraph(error);
  return error;
}

function assertParagraph({ message }: Error): void {
  assert(!message.includes("\n") && message.endsWith("."), message);
  assert(!message.includes(PASSWORD), `a password is shown: ${message}`);
  assertStringIncludes(message, "redis");
}

for (
  const [what, settings, code, part] of [
    ["no URL", { url: "localhost:6379" }, "NUVOM_REDIS_URL", "is no URL of a Redis"],
    ["another scheme", { url: `http://u:${PASSWORD}@h` }, "NUVOM_REDIS_URL", "http://********@h"],
    ["no scheme", { url: `u:${PASSWORD}@h:6379` }, "NUVOM_REDIS_URL", '"********@h:6379"'],
    ["a password with /", { url: `redis://:${PASSWORD}/x@h` }, "NUVOM_REDIS_URL", "redis://********@h"],
    ["a password with digits and /", { url: `redis://u:1/${PASSWORD}@h` }, "NUVOM_REDIS_URL", "/ as %2F"],
    ["a password with ?", { url: `redis://u:1?${PASSWORD}@h` }, "NUVOM_REDIS_URL", "? as %3F"],
    ["a password with ? and =", { url: `redis://u:1?${PASSWORD}=@h` }, "NUVOM_REDIS_URL", "has options"],
    ["a password with #", { url: `redis://u:1#${PASSWORD}@h` }, "NUVOM_REDIS_URL", "# as %23"],
    ["a database that is no number", { url: "redis://h/a" }, "NUVOM_REDIS_URL", "is no URL of a Redis"],
    ["an option", { url: "redis://h?poolSize=3" }, "NUVOM_REDIS_URL", 'has the option "poolSize"'],
    ["a prefix with braces", { prefix: "a{b}" }, "NUVOM_REDIS_PREFIX", '"a{b}"'],
    ["a time limit of nothing", { timeout_ms: 0 }, "NUVOM_REDIS_TIMEOUT", "100 or more"],
  ] as const
) {
  Deno.test(`RedisPlugin.start() refuses ${what}`, async () => {
    const error = await refusal(settings);
    assertEquals(error.code, code);
    assertStringIncludes(error.message, part);
  });
}

Deno.test("RedisPlugin.start() says which server it can't reach", async () => {
  const error = await refusal({ url: "redis://127.0.0.1:1" });
  assertEquals(error.code, "NUVOM_REDIS_CONNECT");
  assertStringIncludes(error.message, "127.0.0.1:1");
  assertStringIncludes(error.message, "ECONNREFUSED");
});

Deno.test("RedisPlugin.start() does not wait for ever for a server that says nothing", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const conn of listener) held.push(conn);
  })();
  const begun = performance.now();
  const error = await refusal({ url: `redis://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`, timeout_ms: 300 });
  assertEquals(error.code, "NUVOM_REDIS_CONNECT");
  assert(performance.now() - begun < 5_000);
  held.forEach((conn) => conn.close());
  listener.close();
  await accepting;
});

Deno.test("RedisPlugin.start() refuses a server that is too old", async () => {
  using server = oldServer("6.0.16");
  const error = await refusal({ url: `redis://127.0.0.1:${server.port}` });
  assertEquals(error.code, "NUVOM_REDIS_VERSION");
  assertStringIncludes(error.message, "has version 6.0.16, and the plugin redis needs 6.2");
});

redisTest("RedisPlugin.start() says whose password is wrong, and shows none", async () => {
  await using server = await RedisServer.start({ args: ["--requirepass", "right"] });
  const at = `127.0.0.1:${server.port}`;
  for (const url of [`redis://:${PASSWORD}@${at}`, `redis://${at}`, `redis://someone:${PASSWORD}@${at}`]) {
    const error = await refusal({ url });
    assertEquals(error.code, "NUVOM_REDIS_AUTH");
    assertStringIncludes(error.message, url.includes("someone") ? 'user "someone"' : "default user");
  }
  await using _started = await Started.with({ url: `redis://${at}`, password: "right" });
});

redisTest("the plugin redis says which rights a user lacks, and works with the ones that it names", async () => {
  await using server = await RedisServer.start();
  const url = `redis://jobs:${PASSWORD}@127.0.0.1:${server.port}`;
  await server.cli("ACL", "SETUSER", "jobs", "on", `>${PASSWORD}`, "+ping", "+info", "+hello");
  await using poor = await Started.with({ url });
  const error = await assertRejects(() => poor.queue().enqueue([newJob()]), NuvomError);
  assertParagraph(error);
  assertEquals(error.code, "NUVOM_REDIS_RIGHTS");
  const [, advice] = /ACL SETUSER (.*)\.$/.exec(error.message)!;
  await server.cli("ACL", "SETUSER", ...advice!.split(" "));
  await using able = await Started.with({ url });
  const queue = able.queue();
  await queue.enqueue([newJob()]);
  assertEquals((await queue.lease({ ...REQUEST, waitMs: 1_000 })).length, 1);
  await queue.close();
});

redisTest("RedisPlugin.start() says when TLS is wanted or refused", async () => {
  await using plain = await RedisServer.start();
  const refused = await refusal({ url: `rediss://127.0.0.1:${plain.port}` });
  assertStringIncludes(refused.message, "write redis://");
  const folder = new URL("../../src/loader/testdata/", import.meta.url).pathname;
  const files = ["--tls-cert-file", `${folder}server.pem`, "--tls-key-file", `${folder}server.key`];
  await using secure = await RedisServer.start({
    tls: true,
    args: [...files, "--tls-ca-cert-file", `${folder}ca.pem`, "--tls-auth-clients", "no"],
  });
  const wanted = await refusal({ url: `redis://127.0.0.1:${secure.port}` });
  assertStringIncludes(wanted.message, "write rediss://");
  const unknown = await refusal({ url: `rediss://localhost:${secure.port}` });
  assertEquals(unknown.code, "NUVOM_REDIS_TLS");
  assertStringIncludes(unknown.message, "tls_ca");
  const ca = await Deno.readTextFile(`${folder}ca.pem`);
  await using started = await Started.with({ url: `rediss://localhost:${secure.port}`, tls_ca: ca });
  assertEquals((await started.queue().enqueue([newJob()])).length, 1);
});

redisTest("a replica is refused by the first write, and named", async () => {
  await using primary = await RedisServer.start();
  await using replica = await RedisServer.start({ args: ["--replicaof", "127.0.0.1", `${primary.port}`] });
  await using started = await Started.with({ url: replica.url });
  const error = await assertRejects(() => started.queue().enqueue([newJob()]), NuvomError);
  assertParagraph(error);
  assertEquals(error.code, "NUVOM_REDIS_READONLY");
});

redisTest("a server that is full takes no jobs, and all else goes on", async () => {
  await using server = await RedisServer.start();
  await using started = await Started.with({ url: server.url });
  const queue = started.queue();
  await queue.enqueue([newJob(), newJob(), newJob()]);
  const [held] = await queue.lease({ ...REQUEST, limit: 1 });
  await server.cli("CONFIG", "SET", "maxmemory", "1");
  const error = await assertRejects(() => queue.enqueue([newJob()]), NuvomError);
  assertParagraph(error);
  assertEquals(error.code, "NUVOM_REDIS_FULL");
  const [next] = await queue.lease({ ...REQUEST, limit: 1 });
  assertEquals((await queue.renew([held!, next!], 30_000)).lost, []);
  const ends = [held!, next!].map(({ id, token }) => ({ id, token, action: "succeed", result: "1" }) as const);
  assertEquals(await queue.settle(ends), ["settled", "settled"]);
  assertEquals(await queue.qsize(), 1);
});

redisTest("a server that is full hands out jobs while one runs whose lease was renewed", async () => {
  await using server = await RedisServer.start();
  await using started = await Started.with({ url: server.url });
  const queue = started.queue();
  await queue.enqueue([newJob(), newJob()]);
  const held = await queue.lease({ ...REQUEST, limit: 1, leaseMs: 1 });
  assertEquals((await queue.renew(held, 30_000)).lost, []);
  await server.cli("CONFIG", "SET", "maxmemory", "1");
  assertEquals((await queue.lease({ ...REQUEST, limit: 1 })).length, 1);
});

redisTest("a server that is full hands out jobs by weights", async () => {
  await using server = await RedisServer.start();
  await using started = await Started.with({ url: server.url });
  const queue = started.queue();
  await queue.enqueue([newJob({ queue: "rare" }), newJob({ queue: "often" })]);
  await server.cli("CONFIG", "SET", "maxmemory", "1");
  const weights = { queues: ["rare", "often"], weights: [1, 1_000] };
  for (let n = 0; n < 2; n++) assertEquals((await queue.lease({ ...REQUEST, ...weights, limit: 1 })).length, 1);
});

redisTest("RedisPlugin.start() warns of a server that may lose jobs", async () => {
  await using careless = await RedisServer.start({ args: ["--maxmemory-policy", "allkeys-lru"] });
  await using started = await Started.with({ url: careless.url });
  assertEquals(started.warnings.map((text) => /maxmemory-policy allkeys-lru|appendonly yes/.exec(text)?.[0]), [
    "maxmemory-policy allkeys-lru",
    "appendonly yes",
  ]);
  await using careful = await RedisServer.start({ args: ["--appendonly", "yes"] });
  await using silent = await Started.with({ url: careful.url });
  assertEquals(silent.warnings, []);
});

/** Answers what a connection begins with, and `INFO` as a server of this version. */
function oldServer(version: string): Disposable & { readonly port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const info = `# Server\r\nredis_version:${version}\r\nloading:0\r\n`;
  (async () => {
    for await (const conn of listener) {
      const buffer = new Uint8Array(4_096);
      for (let n; (n = await conn.read(buffer).catch(() => null)) !== null;) {
        const text = new TextDecoder().decode(buffer.subarray(0, n)).toLowerCase();
        for (const [command] of text.matchAll(/\b(hello|info|client|select)\r/g)) {
          const answer = command.startsWith("info")
            ? `$${info.length}\r\n${info}\r\n`
            : command.startsWith("hello")
            ? "-ERR unknown command `HELLO`\r\n"
            : "+OK\r\n";
          await conn.write(new TextEncoder().encode(answer));
        }
      }
      conn.close();
    }
  })().catch(() => {});
  return { port: (listener.addr as Deno.NetAddr).port, [Symbol.dispose]: () => listener.close() };
}
