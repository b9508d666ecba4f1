import { assert, assertEquals, assertStringIncludes, fail } from "@std/assert";
import { MemoryQueue, MemoryStore } from "../backends/mod.ts";
import { NuvomError, type QueueBackend } from "../core/mod.ts";
import type { ConformanceCase } from "./conformance_case.ts";
import { FakeClock } from "./fake_clock.ts";
import { QUEUE_CASES } from "./queue_cases.ts";
import { type QueueHarness, queueSubject } from "./queue_harness.ts";
import { type CaseReport, runCase, runCases } from "./run_cases.ts";

function aCase(run: (h: QueueHarness) => unknown, needs: ConformanceCase<QueueHarness>["needs"] = []) {
  return { name: "a case", group: "lease", needs, run: async (h: QueueHarness) => void await run(h) } as const;
}

/** A memory queue that tells what becomes of it. */
class ToldQueue extends MemoryQueue {
  readonly #log: string[];
  readonly #namespace: string;

  constructor(log: string[], namespace: string, clock?: FakeClock) {
    super({ store: new MemoryStore(clock === undefined ? {} : { clock }) });
    this.#log = log;
    this.#namespace = namespace;
    log.push(`open ${namespace}`);
  }

  override close(): Promise<void> {
    this.#log.push(`close ${this.#namespace}`);
    return super.close();
  }
}

function toldSubject(log: string[]) {
  return queueSubject({
    open: (namespace) => new ToldQueue(log, namespace),
    remove: (namespace) => void log.push(`remove ${namespace}`),
  });
}

function codeOf(report: CaseReport): string {
  return report.outcome === "failed" ? String((report.error as { code?: string }).code) : report.outcome;
}

Deno.test("runCases() reports each case as it ends", async () => {
  const cases = [
    aCase(() => {}),
    aCase(() => fail("broken")),
    aCase(() => {}, ["shared", "durable", "fifo"]),
  ];
  const reports: CaseReport[] = [];
  for await (const report of runCases(cases, toldSubject([]))) reports.push(report);
  assertEquals(reports.map(({ outcome }) => outcome), ["passed", "failed", "not promised"]);
  assertEquals(reports[2], {
    name: "a case",
    group: "lease",
    ms: reports[2]!.ms,
    outcome: "not promised",
    missing: ["shared", "durable"],
  });
});

Deno.test("runCases() opens a fresh namespace for each case, and always closes and removes it", async () => {
  const log: string[] = [];
  const cases = [
    aCase(() => {}),
    aCase(() => fail("broken")),
    aCase((h) => h.elsewhere()),
    aCase(() => {}, ["shared"]),
  ];
  for await (const _report of runCases(cases, toldSubject(log))) { /* only the log counts */ }
  const opened = log.filter((line) => line.startsWith("open ")).map((line) => line.slice(5));
  assertEquals(new Set(opened).size, 5);
  for (const namespace of opened) {
    assert(/^[a-z0-9_]+$/.test(namespace), namespace);
    assertEquals(log.filter((line) => line.endsWith(namespace)).length, 3, log.join("\n"));
    assert(log.indexOf(`close ${namespace}`) < log.indexOf(`remove ${namespace}`));
  }
});

Deno.test("runCases() closes what it opened when nobody wants to hear more", async () => {
  const log: string[] = [];
  for await (const _report of runCases([aCase(() => {}), aCase(() => {})], toldSubject(log))) break;
  assertEquals(log.map((line) => line.split(" ")[0]), ["open", "close", "remove"]);
});

Deno.test("runCase() ends a case that hangs, and names the call that was never answered", async () => {
  const log: string[] = [];
  const hanging = aCase((h) => h.lease({ waitMs: 60_000 }));
  const report = await runCase(hanging, toldSubject(log), { timeLimitMs: 50 });
  assertEquals(codeOf(report), "NUVOM_TEST_LIMIT");
  assertStringIncludes(String(report.outcome === "failed" && report.error), "Never answered: lease().");
  assertEquals(log.length, 3, "it was closed and removed");
});

Deno.test("runCase() fails a case whose backend does not close", async () => {
  const subject = queueSubject({
    open: () =>
      Object.assign(new MemoryQueue(), { close: () => Promise.reject(new NuvomError("NUVOM_X", { what: "No." })) }),
  });
  assertEquals(codeOf(await runCase(aCase(() => {}), subject)), "NUVOM_X");
});

Deno.test("runCase() fails a case whose backend leaves a timer of the fake clock", async () => {
  const clock = new FakeClock();
  const subject = queueSubject({ clock, open: (namespace) => new ToldQueue([], namespace, clock) });
  assertEquals(codeOf(await runCase(aCase(() => void clock.timer(1, () => {})), subject)), "NUVOM_TEST_LEAK");
});

Deno.test("runCase() fails a case whose backend can't be opened, and closes one that opens too late", async () => {
  const refusing = queueSubject({ open: () => Promise.reject(new NuvomError("NUVOM_X", { what: "No." })) });
  assertEquals(codeOf(await runCase(aCase(() => {}), refusing)), "NUVOM_X");
  const opening = Promise.withResolvers<QueueBackend>();
  const slow = queueSubject({ open: () => opening.promise });
  assertEquals(codeOf(await runCase(aCase(() => {}), slow, { timeLimitMs: 10 })), "NUVOM_TEST_LATE");
  const closed = Promise.withResolvers<void>();
  opening.resolve(Object.assign(new MemoryQueue(), { close: () => Promise.resolve(closed.resolve()) }));
  await closed.promise;
});

Deno.test("runCase() leaves nothing behind in a backend that ignores namespaces", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore({ clock });
  const subject = queueSubject({ clock, open: () => new MemoryQueue({ store }) });
  await runCase(
    aCase(async (h) => {
      await h.addMany(3);
      await h.addMany(2, { queue: "paused", delayMs: 60_000 });
      await h.queue.pause("paused");
      await h.lease({ limit: 2 });
      fail("in the middle of it");
    }),
    subject,
  );
  await runCase(
    aCase(async (h) => {
      await h.add();
      await h.queue.close();
    }),
    subject,
  );
  assertEquals([store.entries.size, store.paused.size], [0, 0]);
});

Deno.test("QUEUE_CASES work in real time", async () => {
  const subject = queueSubject({ open: () => new MemoryQueue() });
  const reports = await Promise.all(QUEUE_CASES.map((one) => runCase(one, subject)));
  assertEquals(reports.filter(({ outcome }) => outcome === "failed"), []);
});
