/**
 * Small jobs through run and report of an executor's realm, and how long each kind of realm takes to start.
 *
 * Run: deno run -A --unstable-worker-options bench/realm_rpc.ts [jobs]
 * @module
 */

import type { AttemptOrder, AttemptReport } from "../src/sandbox/mod.ts";
import { loadGraph, prepareGraph } from "../src/loader/mod.ts";
import { type Isolation, openRealm } from "../src/sandbox/mod.ts";

const JOBS = Number(Deno.args[0] ?? 200_000);
const BATCH = 100;
/** Batches under way. */
const AHEAD = 4;

const folder = await Deno.realPath(await Deno.makeTempDir());
await Deno.writeTextFile(
  `${folder}/tasks.ts`,
  `import { task } from "nuvom"; export const add = task({ name: "add" }, (a: number, b: number) => a + b);`,
);
const url = `file://${folder}/tasks.ts`;

for (const kind of ["process", "worker", "inline"] as const) await measure(kind);
await Deno.remove(folder, { recursive: true });

async function measure(kind: Isolation): Promise<void> {
  const graph = await prepareGraph(await loadGraph([url], { root: folder }));
  let ended = 0;
  let sent = 0;
  const done = Promise.withResolvers<void>();
  const send = () => {
    const orders: AttemptOrder[] = [];
    for (let i = 0; i < BATCH && sent < JOBS; i++) orders.push([`job-${sent++}`, "add", 1, "[1,2]"]);
    if (orders.length > 0) realm.note("executor.run", orders);
  };
  const realm = await openRealm(
    { name: `bench ${kind}`, kind, role: "executor", graph, grant: {}, env: {}, startTimeoutMs: 20_000 },
    {
      call: () => Promise.resolve(null),
      note(method, params) {
        if (method !== "executor.report") return;
        ended += (params as { ended: readonly AttemptReport[] }).ended.length;
        while (sent < JOBS && sent - ended < AHEAD * BATCH - BATCH) send();
        if (ended === JOBS) done.resolve();
      },
      output: (_stream, line) => console.log(line),
    },
  );
  await realm.call("executor.load", { entries: [graph.entryRef(url)], concurrency: 100 }, { timeoutMs: 20_000 });
  const trips = performance.now();
  for (let i = 0; i < 200; i++) {
    await realm.call("executor.load", { entries: [], concurrency: 100 }, { timeoutMs: 20_000 });
  }
  const tripMs = (performance.now() - trips) / 200;
  await realm.call("executor.load", { entries: [graph.entryRef(url)], concurrency: 100 }, { timeoutMs: 20_000 });
  const started = performance.now();
  for (let i = 0; i < AHEAD; i++) send();
  await done.promise;
  const perSecond = JOBS / ((performance.now() - started) / 1_000);
  console.log(
    `${kind}: start ${realm.startMs.toFixed(0)} ms, round trip ${tripMs.toFixed(3)} ms, ${perSecond.toFixed(0)} jobs/s`,
  );
  await realm.stop(2_000);
  await graph.dispose();
}
