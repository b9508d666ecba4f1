/** The composition root: joins manifest, settings, plugins, backends, client and worker of one project. @module */

import {
  type Clock,
  EventBus,
  type LogLevels,
  NuvomError,
  type QueueBackend,
  readLogLevels,
  systemClock,
  toErrorData,
} from "./core/mod.ts";
import { Client } from "./client/mod.ts";
import { Backends, BUILTIN_BACKENDS } from "./engine/backends.ts";
import { forgetting } from "./engine/forgetting.ts";
import {
  type ControlRequest,
  ControlServer,
  describePlugin,
  describePlugins,
  guestLog,
  type HostAnswers,
  hostCalls,
  type LoadedPlugin,
  type Manifest,
  ownFilesOf,
  type PluginCommands,
  type PluginDetail,
  PluginHost,
  type PluginRow,
  readManifest,
  TaskModules,
  type WorkerStatus,
} from "./host/mod.ts";
import { executorFigures, logEventsOf, Metrics, pluginFigures, queueFigures } from "./observe/mod.ts";
import { type DiscoveredTask, type RealmHost, unknownMethod } from "./sandbox/mod.ts";
import { type Ambient, ambientOrNone, setAmbient } from "./sdk/ambient.ts";
import type { LoadedSettings } from "./settings/mod.ts";
import { type RetentionOptions, Worker } from "./worker/mod.ts";

/** What an engine is opened with. */
export interface EngineOptions {
  /** Of the project; they name its manifest. */
  readonly settings: LoadedSettings;
  /** Where everything that happens is published. @default a bus of its own */
  readonly bus?: EventBus;
  /** Where it takes the time from. @default the clock of the machine */
  readonly clock?: Clock;
}

/**
 * Reads the manifest of the project that the settings name. Backends and plugins are opened when they are first needed.
 *
 * @throws {NuvomError} `NUVOM_MANIFEST_…`
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { values } = options.settings;
  return new Engine(options, await readManifest(values.manifestPath, ownFilesOf(values)));
}

/** One project, ready to enqueue and to work. Made by {@linkcode openEngine}. */
export class Engine implements AsyncDisposable {
  /** As it was opened with. */
  readonly settings: LoadedSettings;
  /** Where everything that happens is published. */
  readonly bus: EventBus;
  /**
   * The manifest of the project, for the command line.
   * @ignore
   */
  readonly manifest: Manifest;
  /** The figures of this process. */
  readonly metrics: Metrics;
  readonly #clock: Clock;
  readonly #taskModules: TaskModules;
  readonly #backends: Backends;
  readonly #answers: HostAnswers;
  readonly #ambient: Ambient;
  readonly #stopLogging: () => void;
  #host: Promise<PluginHost> | undefined;
  #client: Promise<Client> | undefined;
  #worker: Worker | undefined;
  #control: ControlServer | undefined;

  /** Use {@linkcode openEngine}. */
  constructor(options: EngineOptions, manifest: Manifest) {
    this.settings = options.settings;
    this.bus = options.bus ?? new EventBus();
    this.#clock = options.clock ?? systemClock;
    this.manifest = manifest;
    this.metrics = new Metrics(this.bus, this.#clock);
    this.#stopLogging = logEventsOf(this.bus, levelsOf(this.settings.values));
    this.#taskModules = new TaskModules(manifest, options.settings, { bus: this.bus, clock: this.#clock });
    this.#backends = new Backends({
      values: this.settings.values,
      manifestPath: manifest.path,
      clock: this.#clock,
      host: () => this.#openHost(),
      warn: (message) => this.#warn(message),
    });
    this.#answers = {
      metrics: () => this.metrics.snapshot(),
      client: {
        enqueue: async (orders) => (await (await this.client()).enqueue(orders)).map(({ id }) => id),
        wait: async (id, timeoutMs, signal) => (await this.client()).wait(id, timeoutMs, signal),
      },
    };
    this.#ambient = {
      enqueue: async (orders) => (await this.client()).enqueue(orders),
      wait: async (id, timeoutMs) => (await this.client()).wait(id, timeoutMs),
      job: () => undefined,
      plugin: () => undefined,
    };
    setAmbient(this.#ambient);
  }

  /** Opens the backends, starting only the plugins that provide them. */
  client(): Promise<Client> {
    return this.#client ??= forgetting(this.#openClient(), () => this.#client = undefined);
  }

  /** The tasks of the project: from the last discovery while no file has changed, else discovered anew. */
  async tasks(): Promise<readonly DiscoveredTask[]> {
    return await this.#taskModules.cached() ?? await this.discoverTasks();
  }

  /** Imports the task modules in an executor's realm and keeps the list in `.nuvom/manifest.json`. */
  discoverTasks(): Promise<readonly DiscoveredTask[]> {
    return this.#taskModules.discover(this.#realmHost("discovery"));
  }

  /**
   * What there is to know of the plugins, for the command line; none of them starts.
   * @ignore
   */
  plugins(): Promise<readonly PluginRow[]> {
    return describePlugins(this.manifest, this.settings);
  }

  /**
   * All that there is to know of one plugin, for the command line; it does not start.
   * @throws {NuvomError} `NUVOM_PLUGIN_UNKNOWN`
   * @ignore
   */
  inspectPlugin(name: string): Promise<PluginDetail> {
    return describePlugin(this.manifest, this.settings, name);
  }

  /**
   * Loads one plugin for the command line, by its name or by a specifier that need not stand in the manifest. It is
   * stopped by `close`.
   * @throws {NuvomError} what is wrong with the plugin.
   * @ignore
   */
  async openPlugin(target: string): Promise<LoadedPlugin> {
    return await (await this.#openHost()).load(target);
  }

  /**
   * Names of the plugins that may add commands, for the command line; none of them starts.
   * @ignore
   */
  async commandPlugins(): Promise<readonly string[]> {
    return (await this.#openHost()).commandPlugins();
  }

  /**
   * Starts one plugin, with what it requires, for the sake of its commands; `close` stops them.
   * @throws {NuvomError} what is wrong with the plugin.
   * @ignore
   */
  async startCommands(plugin: string): Promise<PluginCommands> {
    return await (await this.#openHost()).startCommands(plugin);
  }

  /**
   * Starts all plugins and opens the backends. The worker that is returned takes no jobs until its `start`.
   * @param options `queues`: only jobs of these; `weights`: one for each, 1 or more, to share the worker among them.
   * `plugins`: false starts none but those of the backends. @default true
   * @throws {NuvomError} of the plugin that could not start; those before it are stopped again.
   */
  async worker(
    options: {
      readonly queues?: readonly string[];
      readonly weights?: readonly number[];
      readonly plugins?: boolean;
    } = {},
  ): Promise<Worker> {
    // What is wrong with a task module is told better by discovery than by an executor that can't start.
    if ((await this.tasks()).length === 0) this.#warn(`${this.manifest.path} names no module with a task`);
    const id = workerId();
    const host = options.plugins === false ? undefined : await this.#openHost();
    if (host !== undefined) {
      await this.#listen(id, host);
      await host.startAll();
    }
    const { queue, results } = await this.#backends.open();
    if (options.weights !== undefined && !queue.capabilities.has("weights")) throw noWeights(this.settings);
    this.#addFigures(queue, host);
    const { values } = this.settings;
    this.#worker = new Worker({
      queue,
      results: queue.store !== undefined && queue.store === results.store ? null : results,
      openExecutor: (executorHost, index) =>
        this.#taskModules.openExecutor(this.#realmHost(`executor-${index}`, executorHost), index),
      entries: () => this.#taskModules.entries(),
      mapStack: (stack) => this.#taskModules.mapStack(stack),
      explain: (task, error) => this.#taskModules.explain(task, error),
      bus: this.bus,
      clock: this.#clock,
      options: {
        workerId: id,
        executors: values.maxWorkers,
        concurrency: values.concurrency,
        batchSize: values.batchSize,
        leaseMs: values.leaseMs,
        timeoutGraceMs: values.timeoutGraceMs,
        shutdownGraceMs: values.shutdownGraceMs,
        loadTimeoutMs: values.pluginStartTimeoutMs,
        queues: options.queues ?? null,
        ...(options.weights === undefined ? {} : { weights: options.weights }),
        retention: retentionOf(values),
      },
    });
    return this.#worker;
  }

  /** Stops the worker if it runs, then the plugins in reverse order, then closes the backends. May be called twice. */
  async close(): Promise<void> {
    // What is added last goes first, and each goes whatever becomes of the others.
    const closing = new AsyncDisposableStack();
    closing.defer(this.#stopLogging);
    // Another engine may have been opened since.
    closing.defer(() => ambientOrNone() === this.#ambient ? setAmbient(undefined) : undefined);
    closing.defer(() => this.#taskModules.dispose());
    closing.defer(() => this.#backends.closeStores());
    closing.defer(() => this.#control?.close());
    // Asked for only then: the backends may be the first to ask for it, and have been opened by now.
    closing.defer(async () => await (await this.#host?.catch(() => undefined))?.stopAll());
    closing.defer(() => this.#backends.close());
    closing.defer(() => this.#worker?.stop({ graceMs: this.settings.values.shutdownGraceMs }));
    await closing.disposeAsync();
  }

  /** The same as {@linkcode Engine.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #addFigures(queue: QueueBackend, host: PluginHost | undefined): void {
    this.metrics.addProvider("queue", async () => queueFigures(await queue.stats(), this.#clock.now()));
    this.metrics.addProvider("executors", async () => {
      return executorFigures(await this.#worker?.executors() ?? [], this.#worker?.inFlight ?? 0);
    });
    if (host === undefined) return;
    this.metrics.addProvider("plugins", async () => pluginFigures(await host.usages()));
    for (const [name, provider] of host.metricsProviders()) this.metrics.addProvider(`plugin ${name}`, provider);
  }

  /** A worker that can't be asked works all the same. */
  async #listen(id: string, host: PluginHost): Promise<void> {
    const startedAt = this.#clock.now();
    const answer = async (request: ControlRequest): Promise<unknown> => {
      if (request.method === "reload") return await host.reload(request.plugin);
      if (request.method === "log") return this.bus.emit("log.levels", { levels: readLogLevels(request.levels)! });
      const { inFlight = 0 } = this.#worker ?? {};
      return { id, pid: Deno.pid, startedAt, inFlight, plugins: await host.status() } satisfies WorkerStatus;
    };
    const unheard = (error: unknown) =>
      this.#warn(`other commands can't ask this worker anything: ${toErrorData(error).message}`);
    try {
      this.#control ??= await ControlServer.open(this.settings.values.stateDir, id, answer, unheard);
    } catch (error) {
      unheard(error);
    }
  }

  async #openClient(): Promise<Client> {
    const { queue, results } = await this.#backends.open();
    return new Client({ queue, results, defaults: this.settings.values, clock: this.#clock, bus: this.bus });
  }

  #openHost(): Promise<PluginHost> {
    this.#host ??= PluginHost.open({
      manifest: this.manifest,
      settings: this.settings,
      bus: this.bus,
      builtins: BUILTIN_BACKENDS,
      ...this.#answers,
    });
    return this.#host;
  }

  /** What an executor's guest may ask; the rest is for the worker, where there is one. */
  #realmHost(name: string, worker?: RealmHost): RealmHost {
    const calls = hostCalls(this.#answers);
    return {
      call: async (method, params, context) => {
        const answer = calls.get(method);
        if (answer !== undefined) return await answer(params, context);
        if (worker === undefined) throw unknownMethod(method);
        return await worker.call(method, params, context);
      },
      note: (method, params) => {
        worker?.note(method, params);
        if (method !== "log") return;
        const { level, message, fields, job } = guestLog(params, (stack) => this.#taskModules.mapStack(stack));
        if (job === undefined) this.bus.emit("log", { level, category: name, message, fields });
        else this.bus.emit("log", { level, category: "job", message, fields: { ...fields, id: job } });
      },
      output: (stream, text) =>
        this.bus.emit("log", { level: "info", category: name, message: text, fields: { stream } }),
    };
  }

  #warn(message: string): void {
    this.bus.emit("log", { level: "warn", category: "worker", message });
  }
}

function levelsOf({ logLevel, logLevels }: LoadedSettings["values"]): LogLevels {
  return { "": logLevel, ...readLogLevels(logLevels) };
}

function noWeights({ values }: LoadedSettings): NuvomError {
  return new NuvomError("NUVOM_QUEUE_UNSUPPORTED", {
    what: `The queue backend "${values.queueBackend}" does not share a worker among queues by weights.`,
    mend: "Name the queues without weights, or start a worker for each of them.",
    exitCode: 3,
  });
}

/** In settings 0 is without limit. */
function retentionOf(values: LoadedSettings["values"]): RetentionOptions {
  const { keepSuccessMs, keepSuccess, keepFailedMs, keepFailed, pruneIntervalMs } = values;
  return {
    intervalMs: pruneIntervalMs,
    rules: [
      { states: ["SUCCESS"], keepMs: keepSuccessMs || null, keep: keepSuccess || null },
      { states: ["FAILED", "CANCELLED"], keepMs: keepFailedMs || null, keep: keepFailed || null },
    ],
  };
}

/** Names this process among all workers of a queue. */
function workerId(): string {
  return `${Deno.hostname()}-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
}
