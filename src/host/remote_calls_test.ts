/** Calls between host and plugin, across real realms: aborts and errors, both ways. @module */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { errorOf, TestSite } from "./testdata/test_site.ts";

const KINDS = ["process", "worker", "inline"] as const;

/** A queue whose leases wait for their signal, then say so. */
const WAITING = `
export default {
  name: "x", provides: ["queue_backend"], stop() {},
  start(_settings, context) {
    context.registerQueueBackend("waiting", () => ({
      capabilities: [],
      lease: ({ signal }) => new Promise((resolve) => {
        context.log.info("waits");
        signal.addEventListener("abort", () => (context.log.info("told to stop"), resolve([])));
      }),
      enqueue() {}, renew() {}, settle() {}, qsize() {}, clear() {}, inspect() {}, stats() {}, busy() {}, close() {},
    }));
  },
};
`;

const FAILING = `import { type PluginContext, task } from "nuvom";

interface Told { readonly code?: string; readonly message: string; readonly cause?: Error }

const unknown = task({ name: "no_such_task" }, () => {});
export default {
  name: "x",
  provides: [],
  async start(_settings: unknown, context: PluginContext) {
    try {
      await unknown.delay();
    } catch (error) {
      const { code, message, cause } = error as Told;
      context.log.info([code, message, cause?.name, cause?.message].join("|"));
    }
  },
  health() {
    throw new Error("outer", { cause: Object.assign(new RangeError("inner"), { code: "E_INNER" }) });
  },
  stop() {},
};
`;

/** A queue that takes longer to open than a call may take. */
const SLOW = `
export default {
  name: "x", provides: ["queue_backend"], stop() {},
  start(_settings, context) {
    context.registerQueueBackend("slow", async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return {
        capabilities: [],
        lease() {}, enqueue() {}, renew() {}, settle() {}, qsize() {}, clear() {}, inspect() {}, stats() {}, busy() {},
        close() { context.log.info("closed"); },
      };
    });
  },
};
`;

const request = { limit: 1, leaseMs: 1_000, queues: null, waitMs: 60_000, workerId: "w" };

for (const isolation of KINDS) {
  Deno.test(`an aborted lease reaches the plugin's backend, so that its close has nothing to wait for: ${isolation}`, async () => {
    await using site = await TestSite.with({ files: { "x.ts": WAITING }, sections: { x: { isolation } } });
    const plugin = await (await site.open()).load("x.ts");
    await plugin.start();
    const queue = await plugin.openQueue("waiting", "");
    const stop = new AbortController();
    const leased = queue.lease({ ...request, signal: stop.signal });
    await site.heard("waits");
    stop.abort();
    assertEquals(await leased, []);
    await queue.close();
    await site.heard("told to stop");
  });

  Deno.test(`errors cross with code, cause, and the file and line that were written: ${isolation}`, async () => {
    const refused = new NuvomError("NUVOM_TASK_UNKNOWN", {
      what: "There is no task.",
      cause: new RangeError("as said before"),
    });
    const client = { enqueue: () => Promise.reject(refused), wait: () => Promise.resolve(null) };
    await using site = await TestSite.with({
      files: { "x.ts": FAILING },
      sections: { x: { isolation } },
      answers: { client },
    });
    const plugin = await (await site.open()).load("x.ts");
    await plugin.start();
    const module = site.manifest.plugins[0]!.module;

    const thrown = await errorOf(plugin.health());
    assertStringIncludes(thrown.message, "outer (./x.ts:18:11)");
    const outer = thrown.cause as Error;
    const inner = outer.cause as Error & { code: string };
    assertEquals([outer.message, inner.name, inner.message, inner.code], ["outer", "RangeError", "inner", "E_INNER"]);
    assertStringIncludes(outer.stack!, `${module}:18:11`);
    assertStringIncludes(inner.stack!, `${module}:18:`);

    const heard = await site.heard("NUVOM_TASK_UNKNOWN");
    assert(heard.endsWith("NUVOM_TASK_UNKNOWN|There is no task.|RangeError|as said before"), heard);
  });
}

Deno.test("a backend that is open only when nobody waits for it any more is closed", async () => {
  const x = { isolation: "worker", callTimeoutMs: 100 } as const;
  await using site = await TestSite.with({ files: { "x.ts": SLOW }, sections: { x } });
  const plugin = await (await site.open()).load("x.ts");
  await plugin.start();
  assertEquals((await errorOf(plugin.openQueue("slow", ""))).code, "NUVOM_PLUGIN_CALL_TIMEOUT");
  await site.heard("closed");
  await plugin.stop();
});
