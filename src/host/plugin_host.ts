/** The plugins of a project: started in order, asked by name, stopped in reverse. @module */

import {
  type Clock,
  type EventBus,
  type MetricFamily,
  NuvomError,
  type QueueBackend,
  type ResultBackend,
  systemClock,
  toErrorData,
} from "../core/mod.ts";
import type { RealmUsage, Registration } from "../sandbox/mod.ts";
import type { LoadedSettings } from "../settings/mod.ts";
import { hostStopped, reloadUnknown } from "./call_errors.ts";
import { pluginUnknown, requiredNotStarted } from "./errors.ts";
import { CallFigures } from "./call_figures.ts";
import { CodeLoader } from "./code_loader.ts";
import { type ExaminedPlugin, examinePlugins } from "./examine.ts";
import type { HostAnswers } from "./guest_host.ts";
import { HeadStart, type NextPlugin } from "./head_start.ts";
import { HookRunner, type RegisteredHook } from "./hooks.ts";
import type { LifeSource } from "./life.ts";
import { lifeSource } from "./life_source.ts";
import type { HookRegistration, LifeState, LoadedPlugin } from "./loaded_plugin.ts";
import type { Manifest, PluginEntry } from "./manifest.ts";
import { type BackendCapability, type CommandName, MetadataCache } from "./metadata_cache.ts";
import { type Ordered, startOrder } from "./order.ts";
import { neverStarted, type PluginStatus } from "./plugin_status.ts";
import { readManifest } from "./read_manifest.ts";
import { ownFilesOf } from "./own_files.ts";
import { BackendRegistry, backendsOf } from "./registry.ts";
import { commandsOf } from "./registrations.ts";
import { SupervisedPlugin } from "./supervised_plugin.ts";
import { examineTarget, findPlugin } from "./target.ts";

/** What a {@linkcode PluginHost} is opened with. */
export interface PluginHostParts extends HostAnswers {
  readonly manifest: Manifest;
  readonly settings: LoadedSettings;
  readonly bus: EventBus;
  /** Names of backends that plugins may not register. @default none */
  readonly builtins?: readonly string[];
  readonly clock?: Clock;
}

/** The commands of a plugin that was started for them. */
export interface PluginCommands {
  readonly commands: readonly CommandName[];
  /** @returns the exit code, 0 to 255; what is printed meanwhile is `command.output`. @throws {NuvomError} */
  run(command: string, args: readonly string[]): Promise<number>;
}

/** What the process of a plugin uses. */
export interface PluginUsage {
  readonly name: string;
  /** Null where it has none of its own, or does not run. */
  readonly usage: RealmUsage | null;
}

/** Manifest and lock as they were when they were read. */
interface ProjectView {
  readonly manifest: Manifest;
  readonly code: CodeLoader;
}

/** A plugin whose metadata is known. */
interface Startable extends Ordered {
  readonly examined: ExaminedPlugin;
}

/** A plugin that is to start. */
interface Next extends NextPlugin {
  readonly plugin: SupervisedPlugin;
}

/** Opens with {@linkcode PluginHost.open}; whoever opened it must call `stopAll`. */
export class PluginHost {
  readonly #parts: PluginHostParts;
  readonly #clock: Clock;
  readonly #cache: MetadataCache;
  readonly #project: ProjectView;
  readonly #hooks: HookRunner;
  readonly #examined: readonly ExaminedPlugin[];
  /** Those with which something is wrong and that were not told of. */
  readonly #faulty: ExaminedPlugin[];
  readonly #startable: readonly Startable[];
  /** By name, in the order of their starts. */
  readonly #loaded = new Map<string, SupervisedPlugin>();
  readonly #tested: { readonly name: string; stop(): Promise<void> }[] = [];
  /** Optional plugins that could not be started, by name. */
  readonly #leftOut = new Map<string, PluginStatus>();
  readonly #registry: BackendRegistry;
  #ahead: HeadStart<Next> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  private constructor(parts: PluginHostParts, code: CodeLoader, examined: readonly ExaminedPlugin[]) {
    this.#parts = parts;
    this.#project = { manifest: parts.manifest, code };
    this.#clock = parts.clock ?? systemClock;
    this.#cache = new MetadataCache(parts.settings.values.cacheDir);
    this.#hooks = new HookRunner(parts.bus, this.#clock);
    this.#registry = new BackendRegistry(parts.builtins ?? []);
    this.#examined = examined;
    this.#faulty = examined.filter(({ fault }) => fault !== null);
    this.#startable = examined.flatMap((plugin) => {
      if (plugin.known === null) return [];
      const { name, requires } = plugin.known.metadata;
      return [{ name, requires, examined: plugin }];
    });
  }

  /**
   * Reads what the plugins say of themselves and checks it against the manifest. Starts nothing, and refuses nothing yet:
   * a plugin with which something is wrong must not keep the others from being tested.
   */
  static async open(parts: PluginHostParts): Promise<PluginHost> {
    // One view of the lock for all that this host does.
    const code = new CodeLoader(parts.settings.values);
    return new PluginHost(parts, code, await examinePlugins({ ...parts, code }));
  }

  /**
   * Starts every plugin that is not started yet: what is required first, otherwise in the order of the manifest. A
   * failure stops what was started, in reverse, unless the plugin is optional.
   *
   * @throws {NuvomError} of the first plugin with which something is wrong and which is not optional, or that failed.
   */
  startAll(): Promise<void> {
    return this.#inTurn(async () => {
      this.#refuseFaulty();
      const order = startOrder(this.#startable, this.#startable);
      // Before anything is started.
      for (const { name, examined } of order) {
        if (examined.unready !== null && !this.#leftOut.has(name)) this.#refuse(examined, examined.unready);
      }
      await this.#startInOrder(order);
    });
  }

  /**
   * Starts plugins that provide the capability, with what they require, until one has registered the name: first the
   * ones that did so the last time, then in the order of the manifest.
   *
   * @throws {NuvomError} of the first plugin with which something is wrong and which is not optional.
   */
  startBackend(capability: BackendCapability, name: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#refuseFaulty();
      const did = ({ examined: { known } }: Startable) =>
        known!.backends.some((backend) => backend.capability === capability && backend.name === name);
      const able = this.#startable.filter(({ examined }) => examined.known!.metadata.provides.includes(capability));
      for (const candidate of [...able.filter(did), ...able.filter((plugin) => !did(plugin))]) {
        if (this.#registry.find(capability, name) !== undefined) return;
        await this.#startInOrder(startOrder([candidate], this.#startable));
      }
    });
  }

  /** Plugins that provide commands; those that could not be read, by their sections. */
  commandPlugins(): string[] {
    return this.#examined.flatMap(({ known, section }) => {
      if (known === null) return section === undefined ? [] : [section.name];
      return known.metadata.provides.includes("cli") ? [known.metadata.name] : [];
    });
  }

  /**
   * Starts a plugin with what it requires, and nothing else, for the sake of its commands.
   * @throws {NuvomError} `NUVOM_PLUGIN_UNKNOWN`, or what is wrong with one of them, also where it is optional.
   */
  async startCommands(name: string): Promise<PluginCommands> {
    await this.#inTurn(async () => {
      const examined = findPlugin(name, this.#examined);
      if (examined === undefined) throw pluginUnknown(name, this.commandPlugins(), this.#parts.manifest.path);
      if (examined.fault !== null) throw examined.fault;
      const wanted = this.#startable.filter((one) => one.examined === examined);
      const order = startOrder(wanted, this.#startable);
      const faulty = order.find(({ examined: { fault } }) => fault !== null);
      if (faulty !== undefined) throw faulty.examined.fault;
      await this.#startInOrder(order.map(notOptional));
    });
    const plugin = this.#loaded.get(name)!;
    return {
      commands: commandsOf(plugin.registrations),
      run: (command, args) => plugin.runCommand(command, args),
    };
  }

  /** A backend that a started plugin has registered; null when none has. @param namespace `""` is the user's data. */
  async queueBackend(name: string, namespace = ""): Promise<QueueBackend | null> {
    return await this.#registry.find("queue_backend", name)?.openQueue(name, namespace) ?? null;
  }

  /** A backend that a started plugin has registered; null when none has. @param namespace `""` is the user's data. */
  async resultBackend(name: string, namespace = ""): Promise<ResultBackend | null> {
    return await this.#registry.find("result_backend", name)?.openResults(name, namespace) ?? null;
  }

  /** Names that started plugins have registered. */
  backendNames(capability: BackendCapability): readonly string[] {
    return this.#registry.names(capability);
  }

  /** One for each started plugin, by its name; rejects when the plugin fails. */
  metricsProviders(): ReadonlyMap<string, () => Promise<readonly MetricFamily[]>> {
    return new Map([...this.#loaded].map(([name, plugin]) => [name, () => plugin.collectMetrics()]));
  }

  /** What the processes of started plugins use, without asking the plugins themselves. */
  usages(): Promise<readonly PluginUsage[]> {
    return Promise.all([...this.#loaded].map(async ([name, plugin]) => ({ name, usage: await plugin.usage() })));
  }

  /**
   * Reads manifest, lock and files of a plugin anew, and puts an instance of what they say in the place of the running one
   * once it has started and is well. Settings from `.env` and the environment stay as they are.
   *
   * @throws {NuvomError} `NUVOM_PLUGIN_RELOAD`, `NUVOM_PLUGIN_UNKNOWN`, or what is wrong with the plugin now; what ran
   * before goes on.
   */
  reload(name: string): Promise<void> {
    return this.#nextTurn(() => this.#reload(name));
  }

  /** How the plugins fare, in the order of their starts; at the end those that could not be started. */
  async status(): Promise<PluginStatus[]> {
    const started = await Promise.all([...this.#loaded.values()].map((plugin) => plugin.status()));
    return [...started, ...this.#leftOut.values()];
  }

  /**
   * A plugin of its own, apart from those that `startAll` starts: not started yet, and never started again.
   *
   * @param target Its name, how the manifest writes it, or a specifier that need not stand in the manifest.
   * @throws {NuvomError} `NUVOM_PLUGIN_UNKNOWN`, or what is wrong with it.
   */
  async load(target: string): Promise<LoadedPlugin> {
    const examined = await examineTarget(target, this.#examined, { ...this.#parts, code: this.#project.code });
    const problem = examined.fault ?? examined.unready;
    if (problem !== null) throw problem;
    const { name } = examined.known!.metadata;
    const source = this.#sourceOf(examined, this.#project, () => {});
    const plugin = source.make((state, error) => this.#tell(name, state, error), new CallFigures());
    const stop = () => plugin.stop().finally(() => source.dispose());
    this.#tested.push({ name, stop });
    return plugin;
  }

  /**
   * Lets the hooks take what waits for them, then stops the plugins in reverse order, each with a time limit. What goes
   * wrong is logged. May be called twice, and while plugins start.
   */
  stopAll(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    // Hooks would wait for the next start of a plugin that has crashed.
    for (const plugin of this.#loaded.values()) plugin.endRestarts();
    await this.#hooks.close(this.#parts.settings.values.pluginStopTimeoutMs);
    await this.#stopStarted();
  }

  /** One start at a time; a failure leaves nothing running. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    return this.#nextTurn(async () => {
      try {
        await work();
      } catch (error) {
        await this.#stopStarted();
        throw error;
      }
    });
  }

  #nextTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #reload(name: string): Promise<void> {
    if (this.#stopping !== undefined) throw hostStopped();
    const project = {
      manifest: await readManifest(this.#parts.manifest.path, ownFilesOf(this.#parts.settings.values)),
      code: new CodeLoader(this.#parts.settings.values),
    };
    const plugins = await examinePlugins({ ...this.#parts, ...project });
    // Where its module can't be read any more, only its place in the manifest tells which one it is.
    const before = this.#startable.find((one) => one.name === name)?.examined.entry;
    const examined = findPlugin(name, plugins) ??
      plugins.find(({ entry }) => before !== undefined && isSame(entry, before));
    if (examined === undefined) throw pluginUnknown(name, [...this.#loaded.keys()], project.manifest.path);
    const problem = examined.fault ?? examined.unready;
    if (problem !== null) throw problem;
    const plugin = this.#loaded.get(name);
    if (plugin === undefined) throw reloadUnknown(name);
    const lost = examined.known!.metadata.requires.find((required) => !this.#loaded.has(required));
    if (lost !== undefined) throw requiredNotStarted(name, lost);
    await plugin.reload(this.#sourceOf(examined, project, (late) => this.#registerLate(plugin, late)));
  }

  /** Their `start` is called one after the other; their realms are opened meanwhile. */
  async #startInOrder(order: readonly Startable[]): Promise<void> {
    if (this.#stopping !== undefined) throw hostStopped();
    const next = order.filter(({ name, examined }) =>
      examined.unready === null && !this.#loaded.has(name) && !this.#leftOut.has(name)
    );
    const ahead = this.#ahead = new HeadStart(next.map((plugin) => this.#make(plugin)), navigator.hardwareConcurrency);
    try {
      for (const plugin of order) await this.#startOne(plugin, ahead);
    } finally {
      await ahead.close();
    }
  }

  #make({ name, examined }: Startable): Next {
    const plugin: SupervisedPlugin = new SupervisedPlugin({
      name,
      bus: this.#parts.bus,
      clock: this.#clock,
      began: (registrations) => this.#register(plugin, registrations),
    });
    return { plugin, source: this.#sourceOf(examined, this.#project, (late) => this.#registerLate(plugin, late)) };
  }

  async #startOne({ name, requires, examined }: Startable, ahead: HeadStart<Next>): Promise<void> {
    if (this.#loaded.has(name) || this.#leftOut.has(name)) return;
    if (this.#stopping !== undefined) throw hostStopped();
    const lost = requires.find((required) => this.#leftOut.has(required));
    if (lost !== undefined) return this.#refuse(examined, requiredNotStarted(name, lost));
    if (examined.unready !== null) return this.#refuse(examined, examined.unready);
    const { plugin, source } = ahead.take(name)!;
    this.#loaded.set(name, plugin);
    try {
      const registrations = await plugin.start(source);
      await this.#cache.remember(examined.entry, await source.digest(), {
        backends: backendsOf(registrations),
        commands: commandsOf(registrations),
      });
    } catch (error) {
      await this.#stopOne(plugin);
      this.#loaded.delete(name);
      if (this.#stopping !== undefined || !(error instanceof NuvomError)) throw error;
      if (error.code === "NUVOM_PLUGIN_METADATA") await this.#cache.drop(examined.entry);
      this.#leaveOut(examined, error);
    }
  }

  #sourceOf(
    examined: ExaminedPlugin,
    project: ProjectView,
    registered: (registration: Registration) => void,
  ): LifeSource<LoadedPlugin> {
    return lifeSource(examined, { ...this.#parts, ...project, clock: this.#clock }, registered);
  }

  #tell(plugin: string, state: LifeState, error: Error | undefined): void {
    const detail = error === undefined ? {} : { error: toErrorData(error) };
    this.#parts.bus.emit("plugin.state", { plugin, state, ...detail });
  }

  /** All or none, in place of what the plugin registered in its life before. @throws {NuvomError} */
  #register(plugin: SupervisedPlugin, registrations: readonly Registration[]): void {
    this.#registry.replace(plugin, backendsOf(registrations));
    this.#hooks.replace(plugin.name, registrations.flatMap((one) => one.kind === "hook" ? [hookOf(plugin, one)] : []));
  }

  /** The start is long over, so what can't be taken is only logged. */
  #registerLate(plugin: SupervisedPlugin, registration: Registration): void {
    try {
      this.#registry.add(plugin, backendsOf([registration]));
      if (registration.kind === "hook") this.#hooks.add(hookOf(plugin, registration));
    } catch (error) {
      this.#logFailure(plugin, error as Error);
    }
  }

  /** Each is told of once. */
  #refuseFaulty(): void {
    for (; this.#faulty.length > 0; this.#faulty.shift()) this.#refuse(this.#faulty[0]!, this.#faulty[0]!.fault!);
  }

  /** It is not even tried. @throws the reason, unless the plugin is optional. */
  #refuse(plugin: ExaminedPlugin, reason: NuvomError): void {
    const name = this.#leaveOut(plugin, reason);
    this.#tell(name, "failed", reason);
  }

  /** @returns its name. @throws the reason, unless the plugin is optional. */
  #leaveOut({ known, section, entry, isolation }: ExaminedPlugin, reason: NuvomError): string {
    if (!section?.optional) throw reason;
    const name = known?.metadata.name ?? section.name;
    this.#leftOut.set(name, neverStarted(name, isolation, reason, this.#clock.now()));
    const message = `The plugin ${entry.specifier} is optional: the others go on without it.`;
    this.#parts.bus.emit("log", { level: "warn", category: `plugin.${name}`, message });
    return name;
  }

  async #stopStarted(): Promise<void> {
    // Not waited for first: it may be waiting for an import that only the stop of its plugin ends.
    const ahead = this.#ahead?.close();
    for (const plugin of [...this.#tested, ...this.#loaded.values()].reverse()) await this.#stopOne(plugin);
    await ahead;
    this.#tested.length = 0;
    this.#loaded.clear();
    this.#registry.clear();
  }

  async #stopOne(plugin: { readonly name: string; stop(): Promise<void> }): Promise<void> {
    try {
      await plugin.stop();
    } catch (error) {
      this.#logFailure(plugin, error as Error);
    }
  }

  #logFailure({ name }: { readonly name: string }, { message, code }: Error & { readonly code?: string }): void {
    this.#parts.bus.emit("log", { level: "error", category: `plugin.${name}`, message, fields: { code } });
  }
}

function notOptional({ examined, ...rest }: Startable): Startable {
  const { section } = examined;
  return { ...rest, examined: { ...examined, section: section && { ...section, optional: false } } };
}

function isSame(a: PluginEntry, b: PluginEntry): boolean {
  return a.module === b.module && a.exportName === b.exportName;
}

function hookOf(plugin: SupervisedPlugin, hook: HookRegistration): RegisteredHook {
  return {
    ...hook,
    plugin: plugin.name,
    ready: () => plugin.settled(),
    call: (method, payload) => plugin.callHook(hook, method, payload),
  };
}
