/** Runs the conformance cases on the backends that a plugin registered. @module */

import type { QueueBackend, QueueCapability, ResultBackend } from "../../core/mod.ts";
import type { LoadedPlugin } from "../../host/mod.ts";
import type { Registration } from "../../sandbox/mod.ts";
import {
  type ConformanceCase,
  QUEUE_CASES,
  queueSubject,
  RESULT_CASES,
  type ResultCapability,
  resultSubject,
  runCases,
  type RunnableHarness,
  STORE_CASES,
  storeSubject,
  type Subject,
} from "../../testing/mod.ts";
import { attempt, type Step } from "./step.ts";
import { queueMayBeTested, resultsMayBeTested } from "./user_data.ts";

/** What is needed of a plugin that was started. */
export type BackendSource = Pick<LoadedPlugin, "metadata" | "openQueue" | "openResults">;

/** A queue as the first look at it showed it. */
interface FoundQueue {
  readonly name: string;
  readonly capabilities: ReadonlySet<QueueCapability>;
}

/** Tells of every case of every backend, in the order of their registration. */
export async function* testBackends(
  plugin: BackendSource,
  registrations: readonly Registration[],
  destructive: boolean,
): AsyncGenerator<Step, void> {
  const named = (kind: Registration["kind"]) =>
    registrations.flatMap((one) => one.kind === kind && "name" in one ? [one.name] : []);
  const queues: FoundQueue[] = [];
  for (const name of named("queue_backend")) {
    const { step, value } = await look(plugin, "queue backend", name, () => queueToTest(plugin, name, destructive));
    yield step;
    if (value === undefined) continue;
    queues.push(value);
    const subject = queueSubject({ open: (namespace) => plugin.openQueue(name, namespace) });
    yield* cases(plugin, `queue backend ${name}`, QUEUE_CASES, subject);
  }
  for (const name of named("result_backend")) {
    const { step, value } = await look(plugin, "result backend", name, async () => {
      const prunes = await resultsToTest(plugin, name, destructive);
      return { prunes, queue: await sharingQueue(plugin, name, queues) };
    });
    yield step;
    if (value !== undefined) yield* testResults(plugin, name, value);
  }
}

async function* testResults(
  plugin: BackendSource,
  name: string,
  { prunes, queue }: { readonly prunes: boolean; readonly queue: FoundQueue | undefined },
): AsyncGenerator<Step, void> {
  const open = (namespace: string) => plugin.openResults(name, namespace);
  // Result backends claim nothing themselves but by their methods: what the queue of the same store claims of the store is true of both.
  const shared = (["durable", "namespace"] as ResultCapability[]).filter((one) => queue?.capabilities.has(one));
  const capabilities: ResultCapability[] = prunes ? [...shared, "prune"] : shared;
  yield* cases(plugin, `result backend ${name}`, RESULT_CASES, resultSubject({ open, capabilities }));
  if (queue === undefined) return;
  const subject = storeSubject({
    open: async (namespace) => ({
      queue: await plugin.openQueue(queue.name, namespace),
      results: await open(namespace),
    }),
  });
  yield* cases(plugin, `${queue.name} and ${name} together`, STORE_CASES, subject);
}

/** The queue that names the same store as the results, when both are opened in one namespace. */
async function sharingQueue(
  plugin: BackendSource,
  name: string,
  queues: readonly FoundQueue[],
): Promise<FoundQueue | undefined> {
  const namespace = scratchName();
  return await opened(() => plugin.openResults(name, namespace), async ({ store }) => {
    for (const one of queues) {
      const shared = await opened(
        () => plugin.openQueue(one.name, namespace),
        (queue) => Promise.resolve(store !== undefined && queue.store === store),
      );
      if (shared) return one;
    }
  });
}

async function* cases<H extends RunnableHarness>(
  plugin: BackendSource,
  backend: string,
  list: readonly ConformanceCase<H>[],
  subject: Subject<H>,
): AsyncGenerator<Step, void> {
  for await (const report of runCases(list, subject)) yield { plugin: plugin.metadata.name, backend, ...report };
}

async function look<T>(plugin: BackendSource, kind: string, name: string, work: () => Promise<T>) {
  const { step, value } = await attempt(plugin.metadata.name, "can be tested without harm", work);
  return { step: { ...step, backend: `${kind} ${name}` }, value };
}

async function queueToTest(plugin: BackendSource, name: string, destructive: boolean): Promise<FoundQueue> {
  return await opened(() => plugin.openQueue(name, scratchName()), async (queue) => {
    await queueMayBeTested(name, queue, destructive);
    return { name, capabilities: queue.capabilities };
  });
}

/** Answers whether they can be pruned. */
async function resultsToTest(plugin: BackendSource, name: string, destructive: boolean): Promise<boolean> {
  return await opened(() => plugin.openResults(name, scratchName()), async (results) => {
    await resultsMayBeTested(name, results, destructive);
    return results.prune !== undefined;
  });
}

async function opened<B extends QueueBackend | ResultBackend, T>(
  open: () => Promise<B>,
  use: (backend: B) => Promise<T>,
): Promise<T> {
  const backend = await open();
  try {
    return await use(backend);
  } finally {
    await backend.close();
  }
}

function scratchName(): string {
  return `nuvom_test_${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
}
