/** The plugin `redis` when connections break, and servers die: nothing is lost, and all goes on by itself. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type LeasedJob, NuvomError, type QueueBackend } from "../../src/core/mod.ts";
import { newJob } from "../../src/testing/new_job.ts";
import { RedisServer } from "../servers/redis.ts";
import { redisTest, Started } from "./rig.ts";

const JOBS = 3_000;
const REQUEST = { limit: 50, leaseMs: 2_000, queues: null, waitMs: 200, workerId: "w" };
/** How soon after a server's return work must go on, in milliseconds. */
const SOON_MS = 5_000;

/** Works as a worker does: keeps every end until the store has taken it, and asks again after a failure. */
class Consumer {
  readonly ran = new Map<string, number>();
  failures = 0;
  settledAt = 0;
  readonly #queue: QueueBackend;

  constructor(queue: QueueBackend) {
    this.#queue = queue;
  }

  async drain(): Promise<void> {
    while (await this.#insisting(() => this.#queue.busy(null))) {
      const jobs = await this.#insisting(() => this.#queue.lease(REQUEST));
      for (const { id } of jobs) this.ran.set(id, (this.ran.get(id) ?? 0) + 1);
      if (jobs.length > 0) await this.#settle(jobs);
    }
  }

  async #settle(jobs: readonly LeasedJob[]): Promise<void> {
    await this.#insisting(() =>
      this.#queue.settle(jobs.map(({ id, token }) => ({ id, token, action: "succeed", result: '"done"' })))
    );
    this.settledAt = performance.now();
  }

  async #insisting<T>(call: () => Promise<T>): Promise<T> {
    while (true) {
      try {
        return await call();
      } catch (error) {
        assert(error instanceof NuvomError && error.code.startsWith("NUVOM_REDIS_"), String(error));
        this.failures++;
        await pause(50);
      }
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(1);
}

async function filled(started: Started): Promise<string[]> {
  const jobs = Array.from({ length: JOBS }, () => newJob());
  for (let from = 0; from < JOBS; from += 500) await started.queue().enqueue(jobs.slice(from, from + 500));
  return jobs.map(({ id }) => id);
}

/** Every job has its result, and ran once, but for those that were under way when something broke. */
async function assertDone(started: Started, consumer: Consumer, ids: readonly string[], breaks: number): Promise<void> {
  const records = await started.queue().inspect(ids);
  assertEquals(records.filter((job) => job?.state !== "SUCCESS" || job.result !== '"done"'), []);
  const twice = ids.filter((id) => consumer.ran.get(id)! > 1).length;
  assert(twice <= breaks * REQUEST.limit, `${twice} jobs ran more than once`);
}

redisTest("a server that is killed in mid-drain loses nothing with appendfsync always", async () => {
  await using server = await RedisServer.start({ args: ["--appendonly", "yes", "--appendfsync", "always"] });
  await using started = await Started.with({ url: server.url });
  const ids = await filled(started);
  const consumer = new Consumer(started.queue());
  const draining = consumer.drain();
  await until(() => consumer.ran.size > JOBS / 3);
  await server.kill();
  await pause(300);
  await server.restart();
  const back = performance.now();
  await until(() => consumer.settledAt > back);
  assert(consumer.settledAt - back < SOON_MS, `work went on ${Math.round(consumer.settledAt - back)} ms later`);
  await draining;
  await assertDone(started, consumer, ids, 1);
});

redisTest("connections that are killed again and again cost no job", async () => {
  await using server = await RedisServer.start();
  await using started = await Started.with({ url: server.url });
  const ids = await filled(started);
  const consumer = new Consumer(started.queue());
  const draining = consumer.drain();
  let kills = 0;
  const killing = (async () => {
    for (; kills < 5; kills++) {
      await until(() => consumer.ran.size > JOBS / 8 * (kills + 1));
      await server.cli("CLIENT", "KILL", "TYPE", "normal");
      await server.cli("CLIENT", "KILL", "TYPE", "pubsub");
    }
  })();
  await Promise.all([draining, killing]);
  await assertDone(started, consumer, ids, kills);
});

redisTest("a waiting lease hears of jobs also after its connections were killed", async () => {
  await using server = await RedisServer.start();
  await using started = await Started.with({ url: server.url });
  const queue = started.queue();
  const waiting = queue.lease({ ...REQUEST, waitMs: 30_000 });
  await pause(100);
  await server.cli("CLIENT", "KILL", "TYPE", "pubsub");
  await server.cli("CLIENT", "KILL", "TYPE", "normal");
  await pause(300);
  const begun = performance.now();
  const job = newJob();
  await queue.enqueue([job]);
  assertEquals((await waiting).map(({ id }) => id), [job.id]);
  assert(performance.now() - begun < 3_000);
  await queue.close();
});

redisTest("a connection that is dead without a word is noticed, and replaced when the network is back", async () => {
  await using server = await RedisServer.start();
  await using network = new Network(server.port);
  await using started = await Started.with({ url: `redis://127.0.0.1:${network.port}`, timeout_ms: 400 });
  const queue = started.queue();
  await queue.enqueue([newJob()]);
  network.cut = true;
  const begun = performance.now();
  const error = await assertRejects(() => queue.qsize(), NuvomError);
  assertEquals(error.code, "NUVOM_REDIS_CONNECT");
  assert(performance.now() - begun < 2_000);
  await pause(1_000);
  network.cut = false;
  const back = performance.now();
  while (await queue.qsize().catch(() => null) !== 1) await pause(20);
  assert(performance.now() - back < SOON_MS);
  assertEquals((await queue.lease({ ...REQUEST, waitMs: 1_000 })).length, 1);
  await queue.close();
});

redisTest("a server that became a replica is left for the primary that its address leads to now", async () => {
  await using before = await RedisServer.start();
  await using after = await RedisServer.start();
  await using network = new Network(before.port);
  await using started = await Started.with({ url: `redis://127.0.0.1:${network.port}` });
  const queue = started.queue();
  await queue.enqueue([newJob()]);
  await before.cli("REPLICAOF", "127.0.0.1", `${after.port}`);
  network.target = after.port;
  const error = await assertRejects(() => queue.enqueue([newJob()]), NuvomError);
  assertEquals(error.code, "NUVOM_REDIS_READONLY");
  const job = newJob();
  const begun = performance.now();
  while (await queue.enqueue([job]).catch(() => null) === null) {
    assert(performance.now() - begun < SOON_MS, "the replica is asked for ever");
    await pause(20);
  }
  assertEquals((await queue.lease(REQUEST)).map(({ id }) => id), [job.id]);
  await queue.close();
});

redisTest("what the listening connection was lost for is not said of the other", async () => {
  await using server = await RedisServer.start();
  await server.cli("ACL", "SETUSER", "jobs", "on", ">right", "~*", "&*", "+@all");
  await using started = await Started.with({ url: `redis://jobs:right@127.0.0.1:${server.port}` });
  const queue = started.queue();
  // It listens from here on.
  assertEquals(await queue.lease(REQUEST), []);
  await server.cli("ACL", "SETUSER", "jobs", "resetpass", ">other");
  await server.cli("CLIENT", "KILL", "TYPE", "pubsub");
  while (await server.cli("ACL", "LOG") === "") await pause(20);
  await server.cli("ACL", "SETUSER", "jobs", ">right");
  while (await server.cli("CLIENT", "LIST", "TYPE", "pubsub") === "") await pause(20);
  await server.cli("CLIENT", "PAUSE", "30000", "WRITE");
  const failing = assertRejects(() => queue.qsize(), NuvomError);
  await server.cli("CLIENT", "KILL", "TYPE", "normal");
  assertEquals((await failing).code, "NUVOM_REDIS_CONNECT");
  await server.cli("CLIENT", "UNPAUSE");
  await queue.close();
});

/** Leads to a server, or swallows all that is said, as a cable does that was pulled. */
class Network implements AsyncDisposable {
  cut = false;
  /** The port that new connections lead to. */
  target: number;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.Conn>();
  readonly #accepting: Promise<void>;

  constructor(target: number) {
    this.target = target;
    this.#accepting = this.#accept();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of [...this.#open]) this.#close(conn);
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: this.target });
      this.#open.add(client).add(server);
      this.#carry(client, server);
      this.#carry(server, client);
    }
  }

  async #carry(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (let n; (n = await from.read(buffer)) !== null;) if (!this.cut) await to.write(buffer.slice(0, n));
    } catch { /* it was closed */ }
    for (const conn of [from, to]) this.#close(conn);
  }

  #close(conn: Deno.Conn): void {
    if (this.#open.delete(conn)) conn.close();
  }
}
