/** The plugin `redis` without a realm: every case of the contract on a real server. */

import { Connection } from "../../plugins/redis/connection.ts";
import { keysOf } from "../../plugins/redis/options.ts";
import { RedisQueue } from "../../plugins/redis/queue.ts";
import { RedisResults } from "../../plugins/redis/results.ts";
import { readSettings } from "../../plugins/redis/settings.ts";
import {
  QUEUE_CASES,
  queueSubject,
  RESULT_CASES,
  resultSubject,
  STORE_CASES,
  storeSubject,
  testCases,
} from "../../src/testing/mod.ts";
import { givenUrl, noRedis, RedisServer } from "../servers/redis.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const reason = await noRedis();

if (reason !== null) {
  Deno.test({
    name: `the queue and results of redis keep their promises (left out: ${reason})`,
    ignore: true,
    fn() {},
  });
} else {
  let server: RedisServer | undefined;
  let connection: Connection;
  let options: ReturnType<typeof readSettings>;

  Deno.test.beforeAll(async () => {
    if (givenUrl() === undefined) server = await RedisServer.start();
    options = readSettings({ url: givenUrl() ?? server!.url, prefix: `nuvom_test_${crypto.randomUUID().slice(0, 8)}` });
    connection = await Connection.open(options, silent);
  });
  Deno.test.afterAll(async () => {
    connection.close();
    await server?.[Symbol.asyncDispose]();
  });

  const keys = (namespace: string) => keysOf(options, namespace);
  const queue = (namespace: string) => new RedisQueue(connection, keys(namespace));
  const results = (namespace: string) => new RedisResults(connection, keys(namespace));

  testCases("redis queue", QUEUE_CASES, queueSubject({ open: queue }));
  testCases(
    "redis results",
    RESULT_CASES,
    resultSubject({ open: results, capabilities: ["durable", "namespace", "prune"] }),
  );
  testCases(
    "redis store",
    STORE_CASES,
    storeSubject({ open: (namespace) => ({ queue: queue(namespace), results: results(namespace) }) }),
  );
}
