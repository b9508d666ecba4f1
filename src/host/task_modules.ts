/**
 * The project's task modules: their graph, the realm that runs them, and the list of tasks that discovery keeps in
 * `.nuvom/manifest.json`.
 * @module
 */

import { type ErrorData, EventBus, systemClock } from "../core/mod.ts";
import { graphRecord, type ModuleGraph, modulesFrom, type PreparedGraph, prepareGraph } from "../loader/mod.ts";
import type { DiscoveredTask, Realm, RealmHost, RealmSpec } from "../sandbox/mod.ts";
import type { LoadedSettings } from "../settings/mod.ts";
import { discoverTasks, explainRefusal } from "./discover_tasks.ts";
import { tasksFault } from "./check_lock.ts";
import { CodeLoader } from "./code_loader.ts";
import { findTaskUrls } from "./find_task_modules.ts";
import { grantedVariables } from "./grants.ts";
import type { Manifest } from "./manifest.ts";
import { remoteDigest } from "./lock.ts";
import { moduleInManifest } from "./paths.ts";
import { cachedTasks, keepTasks } from "./task_cache.ts";
import { type LoadListener, toldLoad } from "./told_load.ts";
import { openToldRealm } from "./told_realm.ts";

/** After a discovery, how long its realm may take to end. */
const STOP_MS = 1_000;

const NOBODY: LoadListener = { bus: new EventBus(), clock: systemClock };

/** A graph and where it was written. */
interface Prepared {
  readonly graph: ModuleGraph;
  readonly files: PreparedGraph;
}

/** The task modules that `[tasks]` of a manifest names. */
export class TaskModules {
  readonly #manifest: Manifest;
  readonly #settings: LoadedSettings;
  readonly #code: CodeLoader;
  readonly #listener: LoadListener;
  #prepared: Promise<Prepared> | undefined;
  /** All that were written, the newest last: executors may still run from older ones. */
  readonly #written: PreparedGraph[] = [];

  /** Reads nothing yet. @param listener Told of loads and realms. @default nobody */
  constructor(manifest: Manifest, settings: LoadedSettings, listener: LoadListener = NOBODY) {
    this.#manifest = manifest;
    this.#settings = settings;
    this.#code = new CodeLoader(settings.values);
    this.#listener = listener;
  }

  /** Where the list of discovered tasks is kept. */
  get cachePath(): string {
    return `${this.#settings.values.stateDir}/manifest.json`;
  }

  /**
   * Opens a realm with the grant of `[tasks]`, in which no task module has been imported yet.
   * @throws {NuvomError} `NUVOM_LOADER_…`, `NUVOM_REALM_…`
   */
  async openExecutor(host: RealmHost, index: number): Promise<Realm> {
    const { files } = await this.#graph();
    const { permissions, memoryMb } = this.#manifest.tasks;
    const { values, variables } = this.#settings;
    const spec: RealmSpec = {
      name: `executor-${index}`,
      kind: "process",
      role: "executor",
      cwd: values.projectDir,
      graph: files,
      grant: permissions,
      env: grantedVariables(permissions, variables),
      memoryMb: memoryMb ?? values.memoryMb,
      startTimeoutMs: values.pluginStartTimeoutMs,
    };
    return await openToldRealm(this.#listener.bus, spec, host);
  }

  /** The entries of the graph as an executor imports them. */
  async entries(): Promise<{ readonly file: string; readonly source: string }[]> {
    const { graph, files } = await this.#graph();
    return graph.entries.map((url) => files.entryRef(url));
  }

  /** Stack traces of the guest, with the original files, lines and columns. */
  mapStack(stack: string): string {
    return this.#written.reduce((text, files) => files.mapStack(text), stack);
  }

  /** What a handler threw; where it was refused something, with the way to grant it. */
  explain(task: string, error: ErrorData): ErrorData {
    return explainRefusal(task, error, this.#manifest);
  }

  /** The tasks of the last discovery, while none of their files has changed; else null. Nothing is imported. */
  async cached(): Promise<readonly DiscoveredTask[] | null> {
    const urls = await findTaskUrls(this.#manifest);
    return await cachedTasks(this.cachePath, urls, (record) => this.#code.isFresh(record));
  }

  /**
   * Imports the task modules in an executor's realm, lists what they export, and keeps the list.
   * @throws {NuvomError} `NUVOM_LOADER_…`, `NUVOM_REALM_…`, `NUVOM_TASK_…`
   */
  async discover(host: RealmHost): Promise<readonly DiscoveredTask[]> {
    const { graph } = await this.#graph();
    const tasks = graph.entries.length === 0 ? [] : await this.#discoverIn(await this.openExecutor(host, 0));
    await keepTasks(this.cachePath, graphRecord(graph), tasks);
    return tasks;
  }

  /** Removes what was written for this run. */
  async dispose(): Promise<void> {
    await this.#prepared?.catch(() => {});
    this.#prepared = undefined;
    for (const files of this.#written.splice(0)) await files.dispose();
  }

  async #discoverIn(realm: Realm): Promise<readonly DiscoveredTask[]> {
    const { files } = await this.#graph();
    try {
      return await discoverTasks(realm, {
        manifest: this.#manifest,
        entries: await this.entries(),
        timeoutMs: this.#settings.values.pluginStartTimeoutMs,
        mapStack: (stack) => files.mapStack(stack),
      });
    } finally {
      await realm.stop(STOP_MS);
    }
  }

  /** Where files were lost they are written again: the modules themselves are in memory. */
  async #graph(): Promise<Prepared> {
    const asked = this.#prepared ??= this.#load();
    const prepared = await asked;
    if (prepared.files.isWhole) return prepared;
    if (this.#prepared === asked) this.#prepared = this.#write(prepared.graph);
    return await this.#prepared!;
  }

  async #load(): Promise<Prepared> {
    const { folder, tasks } = this.#manifest;
    const urls = await findTaskUrls(this.#manifest);
    const graph = await toldLoad(this.#listener, "tasks", () => this.#code.load(urls, { root: folder }));
    const remote = remoteTaskGraphs(graph, folder);
    const fault = remote.size === 0
      ? null
      : tasksFault(remote, tasks.permissions, await this.#code.lock(), this.#manifest);
    if (fault !== null) throw fault;
    return await this.#write(graph);
  }

  async #write(graph: ModuleGraph): Promise<Prepared> {
    const files = await prepareGraph(graph);
    this.#written.push(files);
    return { graph, files };
  }
}

/** The digest of the modules from URLs of each entry that brings some, by how the lock names the entry. */
export function remoteTaskGraphs(graph: ModuleGraph, folder: string): Map<string, string> {
  return new Map(graph.entries.flatMap((entry) => {
    const digest = remoteDigest(modulesFrom(graph, entry));
    return digest === null ? [] : [[moduleInManifest(entry, folder), digest]];
  }));
}
