/**
 * The project's task modules: their graph, the realm that runs them, and the list of tasks that discovery keeps in
 * `.nuvom/manifest.json`.
 * @module
 */

import {
  type GraphRecord,
  graphRecord,
  loadGraph,
  type ModuleGraph,
  type PreparedGraph,
  prepareGraph,
  recordIsFresh,
} from "../loader/mod.ts";
import { type DiscoveredTask, openRealm, type Realm, type RealmHost, type RealmSpec } from "../sandbox/mod.ts";
import type { LoadedSettings } from "../settings/mod.ts";
import { toFileUrl } from "./paths.ts";
import { findTaskModules } from "./find_task_modules.ts";
import { grantedVariables } from "./grants.ts";
import type { Manifest } from "./manifest.ts";

/** What discovery keeps: the tasks, and the hashes of the files that they were found in. */
interface TaskCache {
  readonly version: 1;
  readonly modules: readonly string[];
  readonly record: GraphRecord;
  readonly tasks: readonly DiscoveredTask[];
}

/** The task modules that `[tasks]` of a manifest names. */
export class TaskModules {
  readonly #manifest: Manifest;
  readonly #settings: LoadedSettings;
  #prepared: Promise<{ graph: ModuleGraph; files: PreparedGraph }> | undefined;

  /** Reads nothing yet. */
  constructor(manifest: Manifest, settings: LoadedSettings) {
    this.#manifest = manifest;
    this.#settings = settings;
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
      graph: files,
      grant: permissions,
      env: grantedVariables(permissions, variables),
      memoryMb: memoryMb ?? values.memoryMb,
      startTimeoutMs: values.pluginStartTimeoutMs,
    };
    return await openRealm(spec, host);
  }

  /** The entries of the graph as an executor imports them. */
  async entries(): Promise<{ readonly file: string; readonly source: string }[]> {
    const { graph, files } = await this.#graph();
    return graph.entries.map((url) => files.entryRef(url));
  }

  /** Stack traces of the guest, with the original files, lines and columns. */
  async mapStack(stack: string): Promise<string> {
    return this.#prepared === undefined ? stack : (await this.#prepared).files.mapStack(stack);
  }

  /** The tasks of the last discovery, while none of their files has changed; else null. */
  async cached(): Promise<readonly DiscoveredTask[] | null> {
    const cache = await readCache(this.cachePath);
    if (cache === null) return null;
    const modules = (await findTaskModules(this.#manifest)).map(toFileUrl);
    const same = modules.length === cache.modules.length && modules.every((url, i) => url === cache.modules[i]);
    return same && await recordIsFresh(cache.record) ? cache.tasks : null;
  }

  /** Imports the task modules in an executor's realm, lists what they export, and keeps the list. */
  async discover(host: RealmHost): Promise<readonly DiscoveredTask[]> {
    const { graph } = await this.#graph();
    const tasks = graph.entries.length === 0 ? [] : await this.#discoverIn(await this.openExecutor(host, 0));
    const cache: TaskCache = { version: 1, modules: graph.entries, record: graphRecord(graph), tasks };
    await writeAtomically(this.cachePath, JSON.stringify(cache, null, 2));
    return tasks;
  }

  /** Removes what was written for this run. */
  async dispose(): Promise<void> {
    const prepared = await this.#prepared?.catch(() => undefined);
    this.#prepared = undefined;
    await prepared?.files.dispose();
  }

  async #discoverIn(realm: Realm): Promise<readonly DiscoveredTask[]> {
    try {
      const timeoutMs = this.#settings.values.pluginStartTimeoutMs;
      return await realm.call("executor.load", { entries: await this.entries(), concurrency: 1 }, { timeoutMs });
    } finally {
      await realm.stop(1_000);
    }
  }

  #graph(): Promise<{ graph: ModuleGraph; files: PreparedGraph }> {
    this.#prepared ??= this.#load();
    return this.#prepared;
  }

  async #load(): Promise<{ graph: ModuleGraph; files: PreparedGraph }> {
    const modules = await findTaskModules(this.#manifest);
    const graph = await loadGraph(modules.map(toFileUrl), { root: this.#settings.values.projectDir });
    return { graph, files: await prepareGraph(graph) };
  }
}

async function readCache(path: string): Promise<TaskCache | null> {
  try {
    const cache = JSON.parse(await Deno.readTextFile(path)) as TaskCache;
    return cache.version === 1 ? cache : null;
  } catch (error) {
    // A cache that is missing or torn is made again.
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function writeAtomically(path: string, text: string): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  await Deno.mkdir(folder, { recursive: true });
  const temporary = `${path}.${crypto.randomUUID()}`;
  const file = await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 });
  try {
    await file.write(new TextEncoder().encode(text));
    await file.sync();
  } finally {
    file.close();
  }
  await Deno.rename(temporary, path);
}
