/** The plugin `prometheus` as a worker has it: bundled, in a process realm, with what it asks its host for. @module */

import type { MetricsSnapshot } from "../src/core/mod.ts";
import { loadGraph, prepareGraph } from "../src/loader/mod.ts";
import { openRealm } from "../src/sandbox/mod.ts";
import { bundlePlugins } from "../scripts/bundle_plugins.ts";

const MODULE = "nuvom:prometheus";
const LIMIT = { timeoutMs: 60_000 };

/** A plugin that serves its port until it is disposed of. */
export class ScrapedPlugin implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #port: number;

  private constructor(stack: AsyncDisposableStack, port: number) {
    this.#stack = stack;
    this.#port = port;
  }

  /** @param figures Of the process that it belongs to. */
  static async start(figures: () => Promise<MetricsSnapshot>): Promise<ScrapedPlugin> {
    await using stack = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "nuvom_bench_" });
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    await bundlePlugins(`${folder}/plugins`);
    const embedded = (name: string) => Deno.readTextFile(`${folder}/plugins/${name}.js`);
    const graph = await prepareGraph(await loadGraph([MODULE], { root: folder, embedded }));
    stack.defer(() => graph.dispose());
    const serving = Promise.withResolvers<number>();
    const grant = { net: ["127.0.0.1"] };
    const spec = { name: "plugin prometheus", kind: "process", role: "plugin", graph, grant, env: {} } as const;
    const realm = await openRealm({ ...spec, startTimeoutMs: LIMIT.timeoutMs }, {
      call: () => figures(),
      note: (_method, params) => {
        const port = /127\.0\.0\.1:(\d+)/.exec(JSON.stringify(params))?.[1];
        if (port !== undefined) serving.resolve(Number(port));
      },
      output() {},
    });
    stack.defer(() => realm.stop(1_000));
    await realm.call("plugin.load", { entry: graph.entryRef(MODULE), exportName: null }, LIMIT);
    await realm.call("plugin.start", { settings: { prometheus_port: 0, max_series: 100_000 } }, LIMIT);
    return new ScrapedPlugin(stack.move(), await serving.promise);
  }

  /** Milliseconds until the whole answer was there, and its size. */
  async scrape(accept = "text/plain"): Promise<{ readonly ms: number; readonly text: string }> {
    const begun = performance.now();
    const response = await fetch(`http://127.0.0.1:${this.#port}/metrics`, { headers: { accept } });
    const text = await response.text();
    return { ms: performance.now() - begun, text };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
