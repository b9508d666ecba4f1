/**
 * What realms cost: start, memory, calls, jobs through a sandboxed queue, and what a guest that misbehaves does to its
 * host. Prints a table in Markdown.
 *
 *     deno run -A bench/realms.ts [--jobs 20000]
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import type { AttemptReport, Isolation, Realm } from "../src/sandbox/mod.ts";
import { type QueueFigures, queueFigures } from "./realm_queue.ts";
import { KINDS, Module, quantile, residentMiB, rise } from "./realm_rig.ts";

const TASKS = `import { task } from "nuvom";
export const add = task({ name: "add" }, (a: number, b: number) => a + b);
export const spin = task({ name: "spin" }, () => { while (true); });
export const print = task({ name: "print" }, () => { for (let i = 0; i < 1_200_000; i++) console.log("line " + i); });
export const ask = task({ name: "ask" }, () => { for (let i = 0; i < 200_000; i++) add.delay(i, 1).catch(() => {}); });
`;
const BATCH = 100;
/** Batches under way. */
const AHEAD = 4;
const TIMEOUT = { timeoutMs: 60_000 };

const JOBS = Number(parseArgs(Deno.args).jobs ?? 20_000);
const rows: string[][] = [];
await using tasks = await Module.of(TASKS);
await addRow("start of one, ms", starts, (ms) => ms.toFixed(0));
await addRow("start of ten at once, ms", startOfTen, (ms) => ms.toFixed(0));
await addRow("memory of one, MiB", memory, mib);
await addRow("call, one at a time: p50 / p99, µs", roundTrips, ([p50, p99]) => `${us(p50)} / ${us(p99)}`);
await addRow("calls a second, one at a time", (kind) => callsPerSecond(kind, 1), round);
await addRow("calls a second, 100 in flight", (kind) => callsPerSecond(kind, 100), round);
await addRow("jobs a second, batches of 100", jobsPerSecond, round);
const queues = await queueFigures(KINDS, JOBS, 6);
await addRow("queue plugin alone, jobs a second", (kind) => queues.get(kind)!.backend, against("backend"));
await addRow("queue plugin in a worker, jobs a second", (kind) => queues.get(kind)!.worker, against("worker"));
await addRow("busy loop to a free slot, ms", freeSlot, (ms) => ms === null ? "never" : ms.toFixed(0));
await addRow("host under 1.2 million lines, MiB more", (kind) => flood(kind, "print"), mib);
await addRow("host under 200,000 calls, MiB more", (kind) => flood(kind, "ask"), mib);
console.log(`| | ${KINDS.join(" | ")} |\n|---|${KINDS.map(() => "--:|").join("")}`);
for (const row of rows) console.log(`| ${row.join(" | ")} |`);

async function addRow<T>(name: string, measure: (kind: Isolation) => T | Promise<T>, show: (value: T) => string) {
  const row = [name];
  for (const kind of KINDS) row.push(show(await measure(kind)));
  rows.push(row);
  console.error(row.join("  "));
}

function round(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function us(ms: number): string {
  return (ms * 1_000).toFixed(0);
}

function mib(value: number | null): string {
  return value === null ? "-" : value.toFixed(0);
}

function against(what: keyof QueueFigures): (value: number) => string {
  return (value) => `${round(value)} (${(value / queues.get("inline")![what]).toFixed(2)})`;
}

async function starts(kind: Isolation): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const realm = await tasks.open(kind, "executor");
    times.push(realm.startMs);
    await realm.stop(1_000);
  }
  return quantile(times, 0.5);
}

async function startOfTen(kind: Isolation): Promise<number> {
  const started = performance.now();
  const realms = await Promise.all(Array.from({ length: 10 }, () => tasks.open(kind, "executor")));
  const ms = performance.now() - started;
  await Promise.all(realms.map((realm) => realm.stop(1_000)));
  return ms;
}

/** With the task module in it. Of a process its own; of the others what the host's grows by. */
async function memory(kind: Isolation): Promise<number | null> {
  if (kind === "inline") return null;
  const before = residentMiB();
  const realms = await Promise.all(Array.from({ length: 10 }, () => loaded(kind)));
  const own = await realms[0]!.usage();
  const each = own === null ? (residentMiB() - before) / realms.length : own.memoryBytes / 1024 / 1024;
  await Promise.all(realms.map((realm) => realm.stop(1_000)));
  return each;
}

async function loaded(kind: Isolation): Promise<Realm> {
  const realm = await tasks.open(kind, "executor");
  await realm.call("executor.load", { entries: [tasks.entry], concurrency: 1 }, TIMEOUT);
  return realm;
}

/** The least that a call can do in an executor. */
async function call(realm: Realm): Promise<void> {
  await realm.call("executor.load", { entries: [], concurrency: 1 }, TIMEOUT);
}

async function roundTrips(kind: Isolation): Promise<readonly [number, number]> {
  const realm = await tasks.open(kind, "executor");
  const times: number[] = [];
  for (let i = 0; i < 3_000; i++) {
    const started = performance.now();
    await call(realm);
    if (i >= 500) times.push(performance.now() - started);
  }
  await realm.stop(1_000);
  return [quantile(times, 0.5), quantile(times, 0.99)];
}

async function callsPerSecond(kind: Isolation, inFlight: number): Promise<number> {
  const realm = await tasks.open(kind, "executor");
  const calls = inFlight === 1 ? 5_000 : 40_000;
  let left = calls;
  const started = performance.now();
  const lane = async () => {
    while (left-- > 0) await call(realm);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const perSecond = calls / (performance.now() - started) * 1_000;
  await realm.stop(1_000);
  return perSecond;
}

async function jobsPerSecond(kind: Isolation): Promise<number> {
  const jobs = JOBS * 4;
  let sent = 0;
  let ended = 0;
  const done = Promise.withResolvers<void>();
  const realm = await tasks.open(kind, "executor", {
    call: () => Promise.resolve(null),
    note(method, params) {
      if (method !== "executor.report") return;
      ended += (params as { ended: readonly AttemptReport[] }).ended.length;
      while (sent < jobs && sent - ended <= (AHEAD - 1) * BATCH) send();
      if (ended === jobs) done.resolve();
    },
    output() {},
  });
  const send = () => {
    const from = sent;
    sent += BATCH;
    realm.note("executor.run", Array.from({ length: BATCH }, (_, i) => [`job-${from + i}`, "add", 1, "[1,2]"]));
  };
  await realm.call("executor.load", { entries: [tasks.entry], concurrency: BATCH }, TIMEOUT);
  const started = performance.now();
  for (let i = 0; i < AHEAD; i++) send();
  await done.promise;
  const perSecond = jobs / (performance.now() - started) * 1_000;
  await realm.stop(1_000);
  return perSecond;
}

/** From the kill of a guest that spins until another one has taken its place and its task module is there. */
async function freeSlot(kind: Isolation): Promise<number | null> {
  if (kind !== "process") return null;
  const realm = await loaded(kind);
  realm.note("executor.run", [["spin", "spin", 1, "[]"]]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const started = performance.now();
  realm.kill();
  const next = await loaded(kind);
  const ms = performance.now() - started;
  await next.stop(1_000);
  return ms;
}

/** The host never answers what it is asked. */
async function flood(kind: Isolation, task: string): Promise<number | null> {
  if (kind === "inline") return null;
  const ended = Promise.withResolvers<void>();
  const realm = await tasks.open(kind, "executor", {
    call: () => new Promise(() => {}),
    note(_method, params) {
      if ((params as { ended?: readonly unknown[] }).ended?.length) ended.resolve();
    },
    output() {},
  });
  await realm.call("executor.load", { entries: [tasks.entry], concurrency: 1 }, TIMEOUT);
  const grown = await rise(async () => {
    realm.note("executor.run", [["flood", task, 1, "[]"]]);
    await ended.promise;
  });
  await realm.stop(1_000);
  return grown;
}
