/** The plugin `postgres`, held to the conformance suite: each client is a plugin of its own, as in processes of their own. */

import {
  type ConformanceCase,
  QUEUE_CASES,
  queueSubject,
  RESULT_CASES,
  resultSubject,
  runCases,
  type RunnableHarness,
  STORE_CASES,
  storeSubject,
  type Subject,
} from "../../src/testing/mod.ts";
import { closing, LEFT_OUT, Started, testServer } from "./rig.ts";

/** Cases that run at the same time: most of them wait. */
const AT_ONCE = 2;

Deno.test({
  name: `the plugin postgres keeps all promises of queues and results${LEFT_OUT}`,
  ignore: LEFT_OUT !== "",
  async fn(t) {
    await using server = await testServer();
    const { url } = server;
    const queue = async (schema: string) => {
      const started = new Started({ url, schema, pool: 2 });
      return closing(await started.queue(), started);
    };
    const results = async (schema: string) => {
      const started = new Started({ url, schema, pool: 2 });
      return closing(await started.results(), started);
    };
    const remove = (schema: string) => drop(url, schema);
    const capabilities = ["durable", "namespace", "prune"] as const;
    await testAll(t, "queue", QUEUE_CASES, queueSubject({ open: queue, remove }));
    await testAll(t, "results", RESULT_CASES, resultSubject({ open: results, remove, capabilities }));
    const open = async (schema: string) => ({ queue: await queue(schema), results: await results(schema) });
    await testAll(t, "both", STORE_CASES, storeSubject({ open, remove }));
  },
});

/** A step for each case that fails or is not promised; the others are counted by their group. */
async function testAll<H extends RunnableHarness>(
  t: Deno.TestContext,
  name: string,
  cases: readonly ConformanceCase<H>[],
  subject: Subject<H>,
): Promise<void> {
  const lanes = Array.from({ length: AT_ONCE }, (_, lane) => cases.filter((_, index) => index % AT_ONCE === lane));
  const reports = (await Promise.all(lanes.map((lane) => Array.fromAsync(runCases(lane, subject))))).flat();
  for (const report of reports) {
    await t.step(`${name}: ${report.name}`, () => {
      if (report.outcome === "failed") throw report.error;
      if (report.outcome === "not promised") throw new Error(`it claims no ${report.missing.join(", no ")}`);
    });
  }
}

async function drop(url: string, schema: string): Promise<void> {
  const { default: postgres } = await import("postgres");
  const sql = postgres(url, { max: 1, onnotice() {} });
  await sql.unsafe(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  await sql.end();
}
