/** A realm with one probe in it. @module */

import type { Outcome, PermissionSet } from "../../core/mod.ts";
import { loadGraph, type PreparedGraph, prepareGraph } from "../../loader/mod.ts";
import { type AttemptReport, type Isolation, openRealm, type Realm, type RealmHost } from "../../sandbox/mod.ts";
import { mergePermissions } from "../grants.ts";
import { BEGUN, probeModule } from "./kit.ts";
import type { EscapeProbe } from "./probe.ts";
import type { Scene } from "./scene.ts";

/** The realm that a probe runs in. */
export interface EscapeTarget {
  readonly isolation: Isolation;
  /** With absolute paths. */
  readonly grant: PermissionSet;
  /** MiB at which a process realm is killed. */
  readonly memoryMb: number;
}

/** What a task returned, as JSON text, or how it ended otherwise. */
export type ProbeEnd = { readonly result: string } | { readonly ended: string };

/** Long enough for a machine that is overloaded: what is tested here is no speed. */
const START_MS = 60_000;

/** Its module is imported; disposing ends it. */
export class ProbeGuest implements AsyncDisposable {
  readonly realm: Realm;
  readonly #host: ProbeHost;
  readonly #graph: PreparedGraph;

  private constructor(realm: Realm, host: ProbeHost, graph: PreparedGraph) {
    this.realm = realm;
    this.#host = host;
    this.#graph = graph;
  }

  /** @throws {NuvomError} when the loader refuses the module, or the realm can't be opened. */
  static async open(probe: EscapeProbe, target: EscapeTarget, scene: Scene): Promise<ProbeGuest> {
    const { entry, root } = await writeModules(probe, scene);
    const graph = await prepareGraph(await loadGraph([entry], { root }));
    await using undo = new AsyncDisposableStack();
    undo.defer(() => graph.dispose());
    const host = new ProbeHost();
    const realm = await openRealm({
      name: "the escape list",
      kind: target.isolation,
      role: "executor",
      graph,
      grant: mergePermissions(target.grant, probe.grant?.(scene) ?? {}),
      env: {},
      memoryMb: target.memoryMb,
      startTimeoutMs: START_MS,
    }, host);
    undo.defer(() => realm.stop(0));
    await realm.call("executor.load", { entries: [graph.entryRef(entry)], concurrency: 10 }, { timeoutMs: START_MS });
    undo.move();
    return new ProbeGuest(realm, host, graph);
  }

  /** Resolves when the probe says that it begins. */
  get begun(): Promise<void> {
    return this.#host.begun.promise;
  }

  /** Runs a task of the probe's module. */
  async run(task: "escape" | "alive"): Promise<ProbeEnd> {
    const end = this.#host.endOf(task);
    this.realm.note("executor.run", [[task, task, 1, "[]"]]);
    return await Promise.race([end, this.realm.exited.then(({ detail }) => ({ ended: detail }))]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.realm.stop(0);
    await this.#graph.dispose();
  }
}

async function writeModules(probe: EscapeProbe, scene: Scene): Promise<{ entry: string; root: string }> {
  const root = `${scene.folder}/probe`;
  await Deno.mkdir(root);
  const files = { ...probe.modules?.(scene), "probe.js": probeModule(probe, scene) };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${root}/${name}`, text);
  return { entry: `file://${root}/probe.js`, root };
}

/** Hears how attempts end, and answers nothing. */
class ProbeHost implements RealmHost {
  readonly begun: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #ends = new Map<string, (end: ProbeEnd) => void>();

  endOf(id: string): Promise<ProbeEnd> {
    return new Promise((resolve) => this.#ends.set(id, resolve));
  }

  call(): Promise<unknown> {
    return Promise.reject(new Error("Nothing is answered here."));
  }

  note(method: string, params: unknown): void {
    if (method !== "executor.report") return;
    for (const [id, outcome] of (params as { ended: readonly AttemptReport[] }).ended) {
      this.#ends.get(id)?.(endOf(outcome));
    }
  }

  output(_stream: "stdout" | "stderr", line: string): void {
    if (line === BEGUN) this.begun.resolve();
  }
}

function endOf(outcome: Outcome): ProbeEnd {
  if (outcome.kind === "success") return { result: outcome.result ?? "null" };
  return { ended: "error" in outcome ? `${outcome.error.name}: ${outcome.error.message}` : outcome.kind };
}
