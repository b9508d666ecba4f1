/** Realms for the benchmark: a module of tasks or of a plugin in a folder of its own. @module */

import { loadGraph, type PreparedGraph, prepareGraph } from "../src/loader/mod.ts";
import { type Isolation, openRealm, type Realm, type RealmHost, type RealmRole } from "../src/sandbox/mod.ts";

/** The kinds, in the order of the tables. */
export const KINDS = ["process", "worker", "inline"] as const satisfies readonly Isolation[];

/** A host that hears nothing. */
export const DEAF: RealmHost = { call: () => Promise.resolve(null), note() {}, output() {} };

/** One module, prepared for any number of realms. */
export class Module implements AsyncDisposable {
  readonly graph: PreparedGraph;
  readonly #url: string;
  readonly #folder: string;

  private constructor(graph: PreparedGraph, url: string, folder: string) {
    this.graph = graph;
    this.#url = url;
    this.#folder = folder;
  }

  /** @param source TypeScript. */
  static async of(source: string): Promise<Module> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom_bench_" }));
    await Deno.writeTextFile(`${folder}/x.ts`, source);
    const url = `file://${folder}/x.ts`;
    return new Module(await prepareGraph(await loadGraph([url], { root: folder })), url, folder);
  }

  /** How a guest imports it. */
  get entry() {
    return this.graph.entryRef(this.#url);
  }

  /** A realm in which it is not imported yet. */
  open(kind: Isolation, role: RealmRole, host: RealmHost = DEAF): Promise<Realm> {
    const name = `bench ${kind}`;
    return openRealm({ name, kind, role, graph: this.graph, grant: {}, env: {}, startTimeoutMs: 60_000 }, host);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.graph.dispose();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Resident memory of this process, in MiB. */
export function residentMiB(): number {
  return Deno.memoryUsage().rss / 1024 / 1024;
}

/** How far the resident memory rises above what it is now while the work goes on, in MiB. */
export async function rise(work: () => Promise<unknown>): Promise<number> {
  const before = residentMiB();
  let most = before;
  const timer = setInterval(() => most = Math.max(most, residentMiB()), 10);
  await work();
  clearInterval(timer);
  return Math.max(most, residentMiB()) - before;
}

/** The value below which so great a part of them lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
}
