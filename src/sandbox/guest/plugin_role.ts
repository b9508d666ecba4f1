/** The guest's side of a plugin: finds it, starts and stops it, serves what it registered. @module */

import {
  type EnqueueOrder,
  type Hook,
  HOOK_METHODS,
  type HookMethod,
  type Logger,
  type MetricFamily,
  type MetricsProvider,
  type MetricsSnapshot,
  type PluginCommand,
  type PluginContext,
  type PluginSettings,
  type WaitAnswer,
} from "../../core/mod.ts";
import { setAmbient } from "../../sdk/ambient.ts";
import type { PluginCalls, Registration } from "../protocol.ts";
import { logNote } from "./log_note.ts";
import { GuestBackends } from "./plugin/backends.ts";
import { checkHook } from "./plugin/check_hook.ts";
import { importFailed, notRegistered, registeredTooMany, registeredTwice } from "./plugin/errors.ts";
import { findPlugin, type FoundPlugin } from "./plugin/find_plugin.ts";
import type { CallContext } from "../rpc.ts";
import type { GuestPort, GuestRole } from "./role.ts";

type Params<M extends keyof PluginCalls> = PluginCalls[M]["params"];

/** How much longer than a wait itself its answer may take. */
const WAIT_MARGIN_MS = 10_000;
/** What one plugin may register. */
const MAX_REGISTRATIONS = 1_000;

/** Makes the role of a plugin. Sets the surroundings of the sdk, so it must be made before foreign code is imported. */
export function pluginRole(port: GuestPort): GuestRole {
  const guest = new PluginGuest(port);
  return {
    calls: new Map<string, (params: never, context: CallContext) => unknown>([
      ["plugin.load", (params: Params<"plugin.load">) => guest.load(params)],
      ["plugin.start", (params: Params<"plugin.start">) => guest.start(params)],
      ["plugin.stop", () => guest.stop()],
      ["plugin.health", () => guest.health()],
      ["plugin.ping", () => null],
      ["backend.open", (params: Params<"backend.open">) => guest.openBackend(params)],
      ["backend.call", (params: Params<"backend.call">, context) => guest.backends.call(params, context)],
      ["hook.call", (params: Params<"hook.call">) => guest.callHook(params)],
      ["command.run", (params: Params<"command.run">) => guest.runCommand(params)],
      ["metrics.collect", () => guest.collect()],
    ]),
    notes: new Map(),
  };
}

class PluginGuest {
  readonly backends = new GuestBackends();
  readonly #port: GuestPort;
  readonly #stop = new AbortController();
  readonly #hooks: Hook[] = [];
  readonly #commands = new Map<string, PluginCommand>();
  readonly #providers: MetricsProvider[] = [];
  #registered = 0;
  #found: FoundPlugin | undefined;
  #settings: PluginSettings = {};
  #context: PluginContext | undefined;
  /** Registrations of a start that is going on; later ones are told at once. */
  #collected: Registration[] | undefined;

  constructor(port: GuestPort) {
    this.#port = port;
    setAmbient({
      enqueue: async (orders: readonly EnqueueOrder[]) =>
        (await port.call<readonly string[]>("client.enqueue", orders)).map((id) => ({ id })),
      wait: (id, timeoutMs) =>
        port.call<WaitAnswer | null>("client.wait", { id, timeoutMs }, timeoutMs + WAIT_MARGIN_MS),
      job: () => undefined,
      plugin: () => this.#context,
    });
  }

  async load({ entry, exportName }: Params<"plugin.load">): Promise<PluginCalls["plugin.load"]["result"]> {
    let module: Readonly<Record<string, unknown>>;
    try {
      module = await this.#port.importModule(entry.file);
    } catch (error) {
      throw importFailed(entry.source, error);
    }
    this.#found = findPlugin(entry.source, module, exportName);
    return this.#found.metadata;
  }

  async start({ settings }: Params<"plugin.start">): Promise<Registration[]> {
    this.#settings = settings;
    this.#collected = [];
    this.#context = this.#makeContext();
    await this.#loaded().plugin.start(settings, this.#context);
    const registrations = this.#collected;
    this.#collected = undefined;
    return registrations;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    try {
      await this.#found?.plugin.stop();
    } finally {
      await this.backends.closeAll();
    }
  }

  async health(): Promise<void> {
    await this.#loaded().plugin.health?.();
  }

  openBackend({ kind, name, namespace }: Params<"backend.open">): Promise<PluginCalls["backend.open"]["result"]> {
    return this.backends.open(kind, name, namespace, this.#settings);
  }

  async callHook({ hook, method, payload }: Params<"hook.call">): Promise<void> {
    const found = this.#hooks[hook];
    if (found === undefined || !HOOK_METHODS.includes(method)) throw notRegistered("hook", `${hook}.${method}`);
    await (found[method] as ((payload: unknown) => unknown) | undefined)?.call(found, payload);
  }

  async runCommand({ name, args }: Params<"command.run">): Promise<number> {
    const command = this.#commands.get(name);
    if (command === undefined) throw notRegistered("command", name);
    return await command.run(args);
  }

  async collect(): Promise<readonly MetricFamily[]> {
    return (await Promise.all(this.#providers.map((provider) => provider()))).flat();
  }

  #loaded(): FoundPlugin {
    if (this.#found === undefined) throw notRegistered("plugin", "before plugin.load");
    return this.#found;
  }

  #makeContext(): PluginContext {
    return Object.freeze<PluginContext>({
      registerQueueBackend: (name, factory) => {
        this.backends.register("queue", name, factory);
        this.#tell({ kind: "queue_backend", name });
      },
      registerResultBackend: (name, factory) => {
        this.backends.register("result", name, factory);
        this.#tell({ kind: "result_backend", name });
      },
      registerMetricsProvider: (provider) => {
        this.#providers.push(provider);
        this.#tell({ kind: "metrics_provider" });
      },
      registerHook: (hook) => this.#registerHook(hook),
      registerCommand: (command) => this.#registerCommand(command),
      metrics: () => this.#port.call<MetricsSnapshot>("metrics.snapshot", {}),
      log: this.#logger(),
      signal: this.#stop.signal,
    });
  }

  #registerHook(hook: Hook): void {
    checkHook(this.#loaded().plugin.name, hook);
    const methods = HOOK_METHODS.filter((method): method is HookMethod => typeof hook[method] === "function");
    const { name = this.#loaded().plugin.name, tasks = null, queues = null } = hook;
    this.#tell({ kind: "hook", hook: this.#hooks.push(hook) - 1, name, methods, tasks, queues });
  }

  #registerCommand(command: PluginCommand): void {
    if (this.#commands.has(command.name)) throw registeredTwice("command", command.name);
    this.#commands.set(command.name, command);
    this.#tell({ kind: "command", name: command.name, summary: String(command.summary ?? "") });
  }

  /** The host keeps each of them. @throws {NuvomError} `NUVOM_PLUGIN_REGISTERED_TOO_MANY` */
  #tell(registration: Registration): void {
    if (++this.#registered > MAX_REGISTRATIONS) throw registeredTooMany(MAX_REGISTRATIONS);
    if (this.#collected === undefined) this.#port.note("plugin.registered", registration);
    else this.#collected.push(registration);
  }

  #logger(): Logger {
    const write = (level: keyof Logger): Logger[keyof Logger] => (message, fields) =>
      this.#port.note("log", logNote(level, message, fields));
    return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  }
}
