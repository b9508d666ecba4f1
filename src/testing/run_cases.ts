/** Runs cases one after the other. @module */

import type { QueueCapability } from "../core/mod.ts";
import { withinReal } from "./case_time.ts";
import type { CaseGroup, ConformanceCase } from "./conformance_case.ts";
import { overLimit } from "./errors.ts";
import type { Subject } from "./harness.ts";

/** How cases are run. */
export interface RunOptions {
  /** How long a case may take in real time, and again how long its end may take, in milliseconds. @default 30000 */
  readonly timeLimitMs?: number;
}

/** How a case ended. */
export type CaseOutcome =
  | { readonly outcome: "passed" }
  | { readonly outcome: "failed"; readonly error: unknown }
  /** The backend does not claim what the case needs; that is no failure. */
  | { readonly outcome: "not promised"; readonly missing: readonly QueueCapability[] };

/** What is known of a case that ended. */
export type CaseReport = CaseOutcome & {
  readonly name: string;
  readonly group: CaseGroup;
  /** How long it took in real time, in milliseconds. */
  readonly ms: number;
};

/** What the runner asks of a harness. */
export interface RunnableHarness {
  /** What the backend promises. */
  readonly capabilities: ReadonlySet<QueueCapability>;
  /** Calls that were not answered yet. */
  readonly pendingCalls: readonly string[];
  /** Closes everything that the case opened. */
  close(): Promise<void>;
}

/**
 * Runs cases in order, each in a fresh namespace, and reports each as it ends. A failing case never throws, and what it
 * opened is always closed.
 *
 * @example
 * ```ts
 * import { type BackendOptions, BaseJobQueue, type JobRecord } from "nuvom";
 * import { QUEUE_CASES, queueSubject, runCases } from "@nuvom/nuvom/testing";
 *
 * const lists = new Map<string, JobRecord[]>();
 *
 * class ListQueue extends BaseJobQueue {
 *   override readonly capabilities = ["fifo", "namespace"] as const;
 *   readonly #jobs: JobRecord[];
 *   constructor(options: BackendOptions) {
 *     super(options);
 *     this.#jobs = lists.get(options.namespace) ?? [];
 *     lists.set(options.namespace, this.#jobs);
 *   }
 *   enqueue(job: JobRecord) { this.#jobs.push(job); }
 *   dequeue() { return this.#jobs.shift() ?? null; }
 *   popBatch(size: number) { return this.#jobs.splice(0, size); }
 *   qsize() { return this.#jobs.length; }
 *   clear() { this.#jobs.length = 0; }
 * }
 *
 * const subject = queueSubject({ open: (namespace) => new ListQueue({ namespace, settings: {} }) });
 * const cases = QUEUE_CASES.filter(({ group }) => group === "enqueue");
 * for await (const report of runCases(cases, subject)) {
 *   console.assert(report.outcome !== "failed", report.name);
 *   console.log(report.outcome, report.name);
 * }
 * ```
 */
export async function* runCases<H extends RunnableHarness>(
  cases: readonly ConformanceCase<H>[],
  subject: Subject<H>,
  options: RunOptions = {},
): AsyncGenerator<CaseReport, void, void> {
  for (const one of cases) yield await runCase(one, subject, options);
}

/** Runs one case; see {@linkcode runCases}. */
export async function runCase<H extends RunnableHarness>(
  one: ConformanceCase<H>,
  subject: Subject<H>,
  { timeLimitMs = 30_000 }: RunOptions = {},
): Promise<CaseReport> {
  const begun = performance.now();
  const outcome = await outcomeOf(one, subject, timeLimitMs);
  return { ...outcome, name: one.name, group: one.group, ms: Math.round(performance.now() - begun) };
}

async function outcomeOf<H extends RunnableHarness>(
  one: ConformanceCase<H>,
  subject: Subject<H>,
  limitMs: number,
): Promise<CaseOutcome> {
  const opening = subject.open();
  let harness: H;
  try {
    harness = await withinReal(limitMs, "the open backend", opening);
  } catch (error) {
    // It may still open after all.
    opening.then((late) => late.close()).catch(() => {});
    return { outcome: "failed", error };
  }
  const outcome = await limited(limitMs, harness, () => runIn(harness, one));
  const closed = await limited(limitMs, harness, async () => {
    await harness.close();
    return { outcome: "passed" };
  });
  return outcome.outcome !== "failed" && closed.outcome === "failed" ? closed : outcome;
}

async function runIn<H extends RunnableHarness>(harness: H, one: ConformanceCase<H>): Promise<CaseOutcome> {
  const missing = one.needs.filter((capability) => !harness.capabilities.has(capability));
  if (missing.length > 0) return { outcome: "not promised", missing };
  await one.run(harness);
  return { outcome: "passed" };
}

async function limited(
  limitMs: number,
  harness: RunnableHarness,
  run: () => Promise<CaseOutcome>,
): Promise<CaseOutcome> {
  const over = Promise.withResolvers<CaseOutcome>();
  const timer = setTimeout(() => {
    over.resolve({ outcome: "failed", error: overLimit(limitMs, harness.pendingCalls) });
  }, limitMs);
  try {
    return await Promise.race([run(), over.promise]);
  } catch (error) {
    return { outcome: "failed", error };
  } finally {
    clearTimeout(timer);
  }
}
