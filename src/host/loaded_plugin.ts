/** One plugin: its start, what it registered, its stop. @module */

import {
  type EventTable,
  formatDuration,
  type HookEvent,
  type HookMethod,
  type MetricFamily,
  NuvomError,
  type PermissionSet,
  type PluginMetadata,
  type QueueBackend,
  type ResultBackend,
  sleep,
  type WorkerInfo,
} from "../core/mod.ts";
import type { Isolation, OpenedBackend, Realm, RealmUsage, Registration } from "../sandbox/mod.ts";
import type { PluginCaller } from "./call.ts";
import {
  commandAnswer,
  crashed,
  implausibleAnswer,
  notRunning,
  startedBefore,
  stopFailed,
  stoppedEarly,
  stopTimeout,
} from "./call_errors.ts";
import { Heartbeat } from "./heartbeat.ts";
import { refusedInGuest, startFailed, startTimeout } from "./errors.ts";
import type { PluginEntry } from "./manifest.ts";
import { PluginRealm, type PluginRealmParts } from "./plugin_realm.ts";
import type { EffectiveSettings } from "./plugin_settings.ts";
import { exitCode, metricFamily, openedBackend, registration } from "./plugin_shapes.ts";
import { checkRegistrations, refusal } from "./registrations.ts";
import { type BackendLink, closeUnused, type OpenBackend, type RemoteParts } from "./remote_backend.ts";
import { RemoteQueue } from "./remote_queue.ts";
import { RemoteResults } from "./remote_results.ts";
import { list, Mismatch, nothing } from "./shape.ts";

/** What a plugin is loaded with; everything is checked. */
export interface LoadedPluginParts extends PluginRealmParts {
  readonly settings: EffectiveSettings;
  /** It went from one state to the next. */
  readonly entered: (state: LifeState, error?: NuvomError | Error) => void;
  /** The plugin registered something after its start. */
  readonly registered: (registration: Registration) => void;
}

/** What one life of a plugin goes through. */
export type LifeState = Exclude<EventTable["plugin.state"]["state"], "backoff">;

type State = "new" | LifeState;

/** A hook as a plugin registered it. */
export type HookRegistration = Extract<Registration, { kind: "hook" }>;

/** A kind of backend. */
export type BackendKind = "queue" | "result";

/** One life of a plugin: starts once, stops once; `stop` before `start`, during it and twice are fine. */
export class LoadedPlugin {
  readonly entry: PluginEntry;
  readonly metadata: PluginMetadata;
  readonly isolation: Isolation;
  readonly grant: PermissionSet;
  /** MiB. */
  readonly memoryMb: number;
  readonly settings: EffectiveSettings;
  readonly #parts: LoadedPluginParts;
  readonly #registrations: Registration[] = [];
  #state: State = "new";
  #preparing: Promise<PluginRealm> | undefined;
  #starting: Promise<readonly Registration[]> | undefined;
  #stopping: Promise<void> | undefined;
  #home: PluginRealm | undefined;
  #heartbeat: Heartbeat | undefined;
  #runsCommand = false;

  /** Loads nothing yet. */
  constructor(parts: LoadedPluginParts) {
    this.#parts = parts;
    this.entry = parts.entry;
    this.metadata = parts.metadata;
    this.isolation = parts.isolation;
    this.grant = parts.grant;
    this.memoryMb = parts.memoryMb;
    this.settings = parts.settings;
  }

  /** Of its modules, once it was started. */
  get digest(): string | undefined {
    return this.#home?.digest;
  }

  /** What it has registered so far. */
  get registrations(): readonly Registration[] {
    return this.#registrations;
  }

  /**
   * Opens its realm and imports its module there, ahead of its start. May be called twice, and after the start; what
   * goes wrong is told by `start`.
   */
  async prepare(): Promise<void> {
    if (this.#stopping === undefined) await this.#prepared().catch(() => {});
  }

  /**
   * Opens its realm, imports its module there, and calls its `start`. Where that fails, nothing is left running.
   *
   * @returns what it registered.
   * @throws {NuvomError} `NUVOM_PLUGIN_…`, `NUVOM_LOADER_…`, `NUVOM_REALM_…`, and what the sdk threw in the guest.
   */
  start(): Promise<readonly Registration[]> {
    if (this.#state !== "new") return Promise.reject(startedBefore(this.metadata.name));
    this.#enter("starting");
    this.#starting = this.#start();
    return this.#starting;
  }

  /** Of a process realm that is open. */
  get pid(): number | null {
    return this.#home?.realm.pid ?? null;
  }

  /** What its process uses; null where it has none, and when it is gone. */
  async usage(): Promise<RealmUsage | null> {
    return await this.#home?.realm.usage() ?? null;
  }

  /** A queue backend that it registered, for as long as it runs. @throws {NuvomError} */
  async openQueue(name: string, namespace: string): Promise<QueueBackend> {
    return new RemoteQueue(this.remoteParts(name, fixed(await this.openBackend("queue", name, namespace))));
  }

  /** A result backend that it registered, for as long as it runs. @throws {NuvomError} */
  async openResults(name: string, namespace: string): Promise<ResultBackend> {
    return new RemoteResults(this.remoteParts(name, fixed(await this.openBackend("result", name, namespace))));
  }

  /** Opens a backend that it registered. @throws {NuvomError} */
  async openBackend(kind: BackendKind, name: string, namespace: string): Promise<OpenBackend> {
    const caller = this.#caller();
    const what = `the opening of its ${kind} backend "${name}"`;
    const { callMs } = this.#parts.limits;
    const unwanted = (opened: OpenedBackend) => closeUnused({ caller, opened, callMs });
    const options = { what, answer: openedBackend, unwanted };
    const opened = await caller.call("backend.open", { kind, name, namespace }, options)
      .catch((error) => {
        throw error instanceof NuvomError && error.code === "NUVOM_PLUGIN_BACKEND_SHAPE"
          ? refusedInGuest(error)
          : error;
      });
    return { caller, opened, callMs };
  }

  /** What the proxy of a backend needs. */
  remoteParts(name: string, link: BackendLink): RemoteParts {
    const { metadata: { name: plugin }, limits: { stopMs }, clock } = this.#parts;
    return { plugin, name, link, clock, closeTimeoutMs: stopMs };
  }

  /** Resolves when the plugin says that it is well. @param timeoutMs By default that of a call. @throws {NuvomError} */
  async health(timeoutMs: number = this.#parts.limits.callMs): Promise<void> {
    await this.#caller().call("plugin.health", {}, { what: "health()", answer: nothing, timeoutMs });
  }

  /** Waits for the calls that are under way, no longer than a stop may take. */
  async idle(): Promise<void> {
    const over = new AbortController();
    const { clock, limits } = this.#parts;
    await Promise.race([this.#home?.caller.idle(), sleep(clock, limits.stopMs, over.signal)]);
    over.abort();
  }

  /** The figures of its metrics providers. @throws {NuvomError} */
  async collectMetrics(): Promise<readonly MetricFamily[]> {
    return await this.#caller().call("metrics.collect", {}, { what: "its metrics", answer: list(metricFamily) });
  }

  /** Tells a hook that it registered. @throws {NuvomError} */
  async callHook(
    { hook, name }: HookRegistration,
    method: HookMethod,
    payload: readonly HookEvent[] | WorkerInfo,
  ): Promise<void> {
    const options = { what: `the hook ${name}.${method}`, answer: nothing };
    await this.#caller().call("hook.call", { hook, method, payload }, options);
  }

  /**
   * Runs a command that it registered, for as long as it takes; what it prints from now on is `command.output`.
   *
   * @returns its exit code, 0 to 255.
   * @throws {NuvomError} `NUVOM_PLUGIN_ANSWER` when it answers something else.
   */
  async runCommand(name: string, args: readonly string[]): Promise<number> {
    const caller = this.#caller();
    this.#runsCommand = true;
    // Someone waits for it who can end it; that it is busy for long is no fault of a command.
    this.#heartbeat?.stop();
    return await caller.call("command.run", { name, args }, {
      what: `the command ${name}`,
      answer: exitCode,
      timeoutMs: Infinity,
      waits: true,
      implausible: (detail) => commandAnswer(this.metadata.name, name, detail),
    });
  }

  /**
   * Calls its `stop`, then ends its realm, whatever `stop` did. A start that is going on is broken off.
   * @throws {NuvomError} `NUVOM_PLUGIN_STOP`, `NUVOM_PLUGIN_STOP_TIMEOUT`, when all is ended.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(): Promise<readonly Registration[]> {
    let home: PluginRealm;
    try {
      home = await this.#prepared();
      const registrations = await this.#callStart();
      checkRegistrations(this.metadata, registrations);
      // What was registered right after the start may have arrived before this.
      this.#registrations.unshift(...registrations);
    } catch (error) {
      await this.#home?.close();
      this.#enter("failed", error);
      throw error;
    }
    this.#enter("running");
    this.#watch(home.realm);
    return this.#registrations;
  }

  #prepared(): Promise<PluginRealm> {
    return this.#preparing ??= this.#openHome();
  }

  async #openHome(): Promise<PluginRealm> {
    this.#home = await PluginRealm.open(this.#parts, {
      registered: (given) => this.#registeredLate(given),
      runsCommand: () => this.#runsCommand,
    });
    if (this.#stopping !== undefined) throw stoppedEarly(this.metadata.name);
    await this.#home.load();
    return this.#home;
  }

  /** A heartbeat is for processes alone: nothing else could be ended that spins. */
  #watch(realm: Realm): void {
    let silence: string | undefined;
    const heartbeat = realm.kind !== "process" ? undefined : new Heartbeat({
      clock: this.#parts.clock,
      ping: () => realm.call("plugin.ping", {}, { timeoutMs: Infinity }),
      silent: (ms) => {
        silence = `its event loop did not answer for ${formatDuration(ms)}, and it was killed`;
        realm.kill();
      },
    });
    this.#heartbeat = heartbeat;
    void realm.exited.then(({ detail }) => {
      heartbeat?.stop();
      this.#exited(silence ?? detail);
    });
  }

  #callStart(): Promise<Registration[]> {
    const { metadata: { name }, settings, limits } = this.#parts;
    return this.#caller().call("plugin.start", { settings: settings.values }, {
      what: "start()",
      answer: list(registration),
      timeoutMs: limits.startMs,
      waits: true,
      failed: (thrown, place) => startFailed(name, thrown, place),
      late: (ms) => startTimeout(name, "start()", ms),
    });
  }

  async #stop(): Promise<void> {
    if (this.#state === "new" || this.#state === "starting") {
      this.#home?.realm.kill();
      await (this.#starting ?? this.#preparing)?.catch(() => {});
    }
    if (this.#state === "new") this.#state = "stopped";
    if (this.#state !== "running") return await this.#home?.close();
    this.#enter("stopping");
    // From now on the limit of the stop counts.
    this.#heartbeat?.stop();
    try {
      await this.#callStop();
    } finally {
      await this.#home!.close();
      this.#enter("stopped");
    }
  }

  async #callStop(): Promise<void> {
    const { metadata: { name }, limits } = this.#parts;
    const caller = this.#caller();
    await caller.call("plugin.stop", {}, {
      what: "stop()",
      answer: nothing,
      timeoutMs: limits.stopMs,
      failed: (thrown, place) => stopFailed(name, thrown, place),
      late: (ms) => stopTimeout(name, ms, caller.pending()),
    });
  }

  #exited(detail: string): void {
    if (this.#state !== "running") return;
    this.#enter("crashed", crashed(this.metadata.name, detail));
    void this.#home!.close();
  }

  /** It is too late to fail the start: what can't be taken is left out, and the log says why. */
  #registeredLate(given: unknown): void {
    const { metadata, bus } = this.#parts;
    try {
      const late = registration(given, "");
      const problem = refusal(metadata, late);
      if (problem !== null) throw problem;
      this.#registrations.push(late);
      if (this.#state === "running") this.#parts.registered(late);
    } catch (error) {
      const refused = error instanceof Mismatch
        ? implausibleAnswer(metadata.name, "what it registers", error.message)
        : error as NuvomError;
      bus.emit("log", { level: "error", category: `plugin.${metadata.name}`, message: refused.message });
    }
  }

  #caller(): PluginCaller {
    if (this.#home === undefined) throw notRunning(this.metadata.name);
    return this.#home.caller;
  }

  #enter(state: LifeState, thrown?: unknown): void {
    this.#state = state;
    this.#parts.entered(state, thrown as Error | undefined);
  }
}

function fixed(open: OpenBackend): BackendLink {
  return { opened: open.opened, reach: () => Promise.resolve(open), release: () => Promise.resolve(open) };
}
