import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MemoryQueue, MemoryResults, MemoryStore } from "../../backends/mod.ts";
import type { PluginMetadata, QueueBackend, QueueCapability } from "../../core/mod.ts";
import type { Registration } from "../../sandbox/mod.ts";
import { newJob } from "../../testing/new_job.ts";
import type { Step } from "./step.ts";
import { type BackendSource, testBackends } from "./test_backends.ts";

const BOTH: Registration[] = [{ kind: "queue_backend", name: "q" }, { kind: "result_backend", name: "r" }];

/** A plugin with backends in memory that claim only these capabilities, and the stores that were opened. */
function inMemory(claims: readonly QueueCapability[]): BackendSource & { stores: Map<string, MemoryStore> } {
  const stores = new Map<string, MemoryStore>();
  const store = (namespace: string) => {
    const key = claims.includes("namespace") ? namespace : "";
    if (!stores.has(key)) stores.set(key, new MemoryStore());
    return stores.get(key)!;
  };
  return {
    stores,
    metadata: { name: "mine" } as PluginMetadata,
    openQueue(_name, namespace) {
      const queue: QueueBackend = new MemoryQueue({ store: store(namespace) });
      Object.defineProperty(queue, "capabilities", { value: new Set(claims) });
      return Promise.resolve(queue);
    },
    openResults: (_name, namespace) => Promise.resolve(new MemoryResults({ store: store(namespace) })),
  };
}

async function stepsOf(plugin: BackendSource, destructive = false, registrations = BOTH): Promise<Step[]> {
  return await Array.fromAsync(testBackends(plugin, registrations, destructive));
}

async function filled(store: MemoryStore): Promise<void> {
  await new MemoryQueue({ store }).enqueue([newJob(), newJob()]);
}

Deno.test("testBackends() runs the cases of queue, results and both together, never in the user's namespace", async () => {
  const plugin = inMemory(["namespace"]);
  const steps = await stepsOf(plugin);
  assertEquals([...new Set(steps.map(({ backend }) => backend))], [
    "queue backend q",
    "result backend r",
    "q and r together",
  ]);
  assertEquals(steps.filter(({ outcome }) => outcome === "failed").map(({ name }) => name), []);
  assert(steps.filter(({ outcome }) => outcome === "passed").length > 50);
  assert(!plugin.stores.has(""));
});

Deno.test("testBackends() leaves a queue alone that holds jobs and keeps no namespaces apart", async () => {
  const plugin = inMemory([]);
  await plugin.openQueue("q", "");
  await filled(plugin.stores.get("")!);
  const steps = await stepsOf(plugin, false, [BOTH[0]!]);
  assertEquals(steps.map(({ name, outcome }) => [name, outcome]), [["can be tested without harm", "failed"]]);
  const { code, message } = steps[0]!.error as Error & { code: string };
  assertEquals(code, "NUVOM_PLUGIN_TEST_DATA");
  assertStringIncludes(message, 'The queue backend "q" holds 2 jobs and does not keep namespaces apart');
  assertEquals(await (await plugin.openQueue("q", "")).qsize(), 2);
});

Deno.test("testBackends() tests such a queue with --destructive, or while it is empty", async () => {
  for (const destructive of [true, false]) {
    const plugin = inMemory([]);
    await plugin.openQueue("q", "");
    if (destructive) await filled(plugin.stores.get("")!);
    const steps = await stepsOf(plugin, destructive, [BOTH[0]!]);
    assertEquals(steps.filter(({ outcome }) => outcome === "failed").map(({ name }) => name), []);
    assert(steps.some(({ outcome, missing }) => outcome === "not promised" && missing!.includes("priority")));
  }
});

Deno.test("testBackends() leaves results alone that show up in a new namespace", async () => {
  const plugin = inMemory([]);
  const queue = await plugin.openQueue("q", "");
  await filled(plugin.stores.get("")!);
  const request = { limit: 1, leaseMs: 1_000, queues: null, waitMs: 0, workerId: "w" };
  const [job] = await queue.lease(request);
  await queue.settle([{ id: job!.id, token: job!.token, action: "succeed", result: null }]);
  const steps = await stepsOf(plugin, false, [BOTH[1]!]);
  assertEquals(steps.length, 1);
  assertStringIncludes((steps[0]!.error as Error).message, 'The result backend "r" holds results');
});

Deno.test("testBackends() tells of a backend that does not open, and goes on with the next", async () => {
  const plugin = { ...inMemory([]), openQueue: () => Promise.reject(new Error("no route to host")) };
  const steps = await stepsOf(plugin);
  assertEquals([steps[0]!.outcome, (steps[0]!.error as Error).message], ["failed", "no route to host"]);
  assert(steps.some(({ backend, outcome }) => backend === "result backend r" && outcome === "passed"));
});
