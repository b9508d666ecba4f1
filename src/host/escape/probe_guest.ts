/** A realm with one probe in it. @module */

import type { PermissionSet } from "../../core/mod.ts";
import { loadGraph, type PreparedGraph, prepareGraph } from "../../loader/mod.ts";
import { type Isolation, openRealm, type Realm } from "../../sandbox/mod.ts";
import { mergePermissions } from "../grants.ts";
import { probeModule } from "./kit.ts";
import type { EscapeProbe } from "./probe.ts";
import { type ProbeEnd, ProbeHost } from "./probe_host.ts";
import type { Scene } from "./scene.ts";

/** The realm that a probe runs in. */
export interface EscapeTarget {
  readonly isolation: Isolation;
  /** With absolute paths. */
  readonly grant: PermissionSet;
  /** MiB at which a process realm is killed. */
  readonly memoryMb: number;
}

/** Long enough for a machine that is overloaded: what is tested here is no speed. */
const START_MS = 60_000;
/** What a flood costs its own realm must not end it: then nothing would be seen of what the host does about it. */
const FLOOD_MB = 2_048;

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
    const isFlood = probe.measure === "flood";
    const host = new ProbeHost({ answers: !isFlood });
    const realm = await openRealm({
      name: "the escape list",
      kind: target.isolation,
      role: "executor",
      graph,
      grant: mergePermissions(target.grant, probe.grant?.(scene) ?? {}),
      env: {},
      memoryMb: isFlood ? Math.max(target.memoryMb, FLOOD_MB) : target.memoryMb,
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

  /** Characters of lines that the host was given. */
  get printed(): number {
    return this.#host.printed;
  }

  /** What the host was given that it must not be. */
  get seen(): readonly string[] {
    return this.#host.seen;
  }

  /** Runs a task of the probe's module. */
  async run(task: "escape" | "alive"): Promise<ProbeEnd> {
    const end = this.#host.endOf(task);
    this.realm.note("executor.run", [[task, task, 1, "[]"]]);
    return await Promise.race([end, this.realm.exited.then(({ detail }) => ({ ended: detail, code: null }))]);
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
