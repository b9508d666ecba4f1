/** A plugin that is started again when it crashes. The engine keeps its handles; the lives behind them change. @module */

import {
  type Clock,
  type EventBus,
  type EventTable,
  type MetricFamily,
  type NuvomError,
  type QueueBackend,
  type ResultBackend,
  toErrorData,
} from "../core/mod.ts";
import type { RealmUsage, Registration } from "../sandbox/mod.ts";
import { BackendHandle } from "./backend_handle.ts";
import { failed, notRunning, reloadFailed, reloadLoses, restarting } from "./call_errors.ts";
import { CallFigures } from "./call_figures.ts";
import type { Life, LifeSource } from "./life.ts";
import type { BackendKind, LifeState } from "./loaded_plugin.ts";
import { type PluginStatus, statusOf, usageOf } from "./plugin_status.ts";
import { RemoteQueue } from "./remote_queue.ts";
import { RemoteResults } from "./remote_results.ts";
import { RestartBudget } from "./restart_budget.ts";

/** What a {@linkcode SupervisedPlugin} is made of. */
export interface SupervisedParts {
  readonly name: string;
  readonly bus: EventBus;
  readonly clock: Clock;
  /** From 0 to 1, for the jitter of restarts. @default Math.random */
  readonly random?: () => number;
  /** A life has begun: this is all that its start registered, in place of what the life before it did. */
  readonly began: (registrations: readonly Registration[]) => void;
}

type State = "new" | EventTable["plugin.state"]["state"];

/** A backend that is in use is worth another try, however often its plugin crashed; no more often than this. */
const LEAST_PROBE_MS = 30_000;

/** Starts once, stops once, and runs in between, with as many lives as that takes. */
export class SupervisedPlugin {
  readonly name: string;
  readonly #parts: SupervisedParts;
  #source: LifeSource | undefined;
  #budget: RestartBudget | undefined;
  readonly #backends = new Set<BackendHandle>();
  readonly #figures = new CallFigures();
  #state: State = "new";
  #since = 0;
  #life: Life | undefined;
  /** Of a reload that is going on. */
  #successor: Life | undefined;
  #startedAt = 0;
  #restarts = 0;
  #lastError: { readonly thrown: Error; readonly at: number } | undefined;
  #failure: NuvomError | undefined;
  #cancelTimer: (() => void) | undefined;
  #settled = Promise.withResolvers<void>();
  /** The end of the life that crashed last, and of the one that was replaced last. */
  #buried: Promise<void> | undefined;
  #retiring: Promise<void> | undefined;
  #ending = false;
  #isStopping = false;
  #stopped: Promise<void> | undefined;

  /** Starts nothing yet. */
  constructor(parts: SupervisedParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  /** What it has registered so far in this life. */
  get registrations(): readonly Registration[] {
    return this.#life?.registrations ?? [];
  }

  /**
   * Gets its first life ready to be started; what goes wrong is told by `start`. Not where the realm is the host's own thread:
   * there the plugin that was made ready last is the one for which `registerHook()` and the like speak.
   *
   * @param source That of the start.
   */
  async prepare(source: LifeSource): Promise<void> {
    if (!this.#ending && source.isolation !== "inline") await this.#first(source).prepare();
  }

  /**
   * Starts it for the first time; where that fails, nothing is left running and it is not tried again.
   * @throws {NuvomError} see {@linkcode LoadedPlugin.start}
   */
  async start(source: LifeSource): Promise<readonly Registration[]> {
    const life = this.#first(source);
    this.#startedAt = this.#parts.clock.now();
    const registrations = await life.start();
    this.#parts.began(registrations);
    return registrations;
  }

  /**
   * Puts a life from another source in the place of the one that goes on, once it has started and is well and has opened
   * all backends that are in use; a plugin that is down comes up that way. Then the old one may end its calls, and stops.
   *
   * @throws {NuvomError} `NUVOM_PLUGIN_RELOAD`: all is as it was before.
   */
  async reload(source: LifeSource): Promise<void> {
    this.#refuseLoss();
    let crash: Error | undefined;
    const life = source.make((state, error) => {
      if (state === "crashed") crash = error;
      this.#heard(life, state, error);
    }, this.#figures);
    this.#successor = life;
    try {
      const registrations = await this.#ready(life);
      if (crash !== undefined) throw crash;
      if (this.#ending) throw notRunning(this.name);
      this.#parts.began(registrations);
    } catch (error) {
      await life.stop().catch(() => {});
      await source.dispose();
      this.#note(error as Error);
      throw reloadFailed(this.name, error as Error);
    } finally {
      this.#successor = undefined;
    }
    await (this.#retiring = this.#retire(this.#succeed(life, source)));
  }

  /** A queue backend that it registered; it stays good through all restarts. @throws {NuvomError} */
  async openQueue(name: string, namespace: string): Promise<QueueBackend> {
    const life = this.#running();
    return new RemoteQueue(life.remoteParts(name, await this.#openBackend("queue", name, namespace)));
  }

  /** A result backend that it registered; it stays good through all restarts. @throws {NuvomError} */
  async openResults(name: string, namespace: string): Promise<ResultBackend> {
    const life = this.#running();
    return new RemoteResults(life.remoteParts(name, await this.#openBackend("result", name, namespace)));
  }

  /** The figures of its metrics providers; none while it is down. @throws {NuvomError} */
  async collectMetrics(): Promise<readonly MetricFamily[]> {
    if (this.#state !== "running" || !this.registrations.some(({ kind }) => kind === "metrics_provider")) return [];
    return await this.#running().collectMetrics();
  }

  /** Tells a hook that this life registered. @throws {NuvomError} */
  async callHook(...args: Parameters<Life["callHook"]>): Promise<void> {
    await this.#running().callHook(...args);
  }

  /** Runs a command that this life registered. @throws {NuvomError} */
  async runCommand(...args: Parameters<Life["runCommand"]>): Promise<number> {
    return await this.#running().runCommand(...args);
  }

  /** How it fares. Asks the plugin whether it is well, and waits no longer than two seconds for that. */
  status(): Promise<PluginStatus> {
    const state = this.#state === "new" ? "starting" : this.#state;
    return statusOf({
      name: this.name,
      state,
      since: this.#since,
      isolation: this.#source!.isolation,
      restarts: this.#restarts,
      lastError: this.#lastError,
      life: state === "running" || state === "stopping" ? this.#life : undefined,
      figures: this.#figures,
    });
  }

  /** What its process uses; null where it has none of its own, or does not run. */
  async usage(): Promise<RealmUsage | null> {
    return this.#state === "running" && this.#life !== undefined ? await usageOf(this.#life) : null;
  }

  /** Resolves when it runs, or when it can't be said that it soon will. */
  async settled(): Promise<void> {
    while ((this.#state === "starting" || this.#state === "backoff") && !this.#ending) await this.#settled.promise;
  }

  /** It is not started again any more, whatever happens; what runs goes on. */
  endRestarts(): void {
    this.#ending = true;
    this.#cancelTimer?.();
    this.#wake();
  }

  /**
   * Stops it in whatever state it is; breaks a start off.
   * @throws {NuvomError} `NUVOM_PLUGIN_STOP`, `NUVOM_PLUGIN_STOP_TIMEOUT`, when all is ended.
   */
  stop(): Promise<void> {
    this.endRestarts();
    return this.#stopped ??= this.#stop();
  }

  async #stop(): Promise<void> {
    this.#isStopping = true;
    try {
      await this.#successor?.stop().catch(() => {});
      await this.#life?.stop();
      await Promise.all([this.#buried, this.#retiring]);
    } finally {
      const failedToStart = this.#state === "failed" && this.#failure === undefined;
      if (this.#state !== "new" && this.#state !== "stopped" && !failedToStart) this.#enter("stopped");
      await this.#source?.dispose();
    }
  }

  /** What has crashed has lost its jobs already. */
  #refuseLoss(): void {
    for (const { fragileQueue } of this.#life === undefined ? [] : this.#backends) {
      if (fragileQueue !== null) throw reloadLoses(this.name, fragileQueue);
    }
  }

  async #ready(life: Life): Promise<readonly Registration[]> {
    const registrations = await life.start();
    await life.health();
    await Promise.all([...this.#backends].map((backend) => backend.openIn(life)));
    return registrations;
  }

  /** @returns what went on until now. */
  #succeed(life: Life, source: LifeSource): { readonly life: Life | undefined; readonly source: LifeSource } {
    const old = { life: this.#life, source: this.#source! };
    this.#cancelTimer?.();
    this.#life = life;
    this.#use(source);
    this.#failure = undefined;
    this.#enter("running");
    return old;
  }

  /** What goes wrong here is no failure of the reload. */
  async #retire({ life, source }: { readonly life: Life | undefined; readonly source: LifeSource }): Promise<void> {
    try {
      await life?.idle();
      await life?.stop();
    } catch (error) {
      const { message, code } = toErrorData(error);
      this.#parts.bus.emit("log", {
        level: "error",
        category: `plugin.${this.name}`,
        message: `The instance that was replaced: ${message}`,
        fields: { code },
      });
    }
    await source.dispose();
  }

  #use(source: LifeSource): void {
    this.#source = source;
    this.#budget = new RestartBudget(source.restart, this.#parts.random ?? Math.random);
  }

  #first(source: LifeSource): Life {
    if (this.#life !== undefined) return this.#life;
    this.#use(source);
    return this.#begin();
  }

  #begin(): Life {
    const life = this.#source!.make((state, error) => this.#heard(life, state, error), this.#figures);
    this.#life = life;
    this.#startedAt = this.#parts.clock.now();
    return life;
  }

  /** What a life goes through is what the plugin goes through, but for its starts after the first one. */
  #heard(life: Life, state: LifeState, error: Error | undefined): void {
    if (life !== this.#life) return;
    if (state === "crashed") {
      this.#life = undefined;
      this.#buried = life.stop().catch(() => {});
      this.#crashed(error!);
    } else if (this.#restarts === 0 || this.#isStopping) {
      this.#enter(state, error === undefined ? {} : { error: toErrorData(error) });
    }
  }

  #crashed(error: Error): void {
    const { clock } = this.#parts;
    const now = clock.now();
    this.#note(error);
    this.#enter("crashed", { error: toErrorData(error) });
    if (this.#ending) return;
    const retryInMs = this.#budget!.crashed(now, now - this.#startedAt);
    if (retryInMs === null) return this.#giveUp(error);
    this.#enter("backoff", { retryInMs });
    this.#cancelTimer = clock.timer(retryInMs, () => {
      this.#enter("starting");
      void this.#restart((thrown) => this.#crashed(thrown));
    });
  }

  #giveUp(error: Error): void {
    this.#failure = failed(this.name, this.#source!.restart, error);
    this.#enter("failed", { error: toErrorData(this.#failure) });
    this.#probeLater();
  }

  /** Half-open: where something can't go on without it, it is tried again now and then, and only success is told. */
  #probeLater(): void {
    if (this.#ending || this.#backends.size === 0) return;
    const probeMs = Math.max(LEAST_PROBE_MS, this.#source!.restart.withinMs);
    this.#cancelTimer = this.#parts.clock.timer(probeMs, () => {
      void this.#restart((thrown) => {
        this.#note(thrown);
        this.#probeLater();
      });
    });
  }

  async #restart(failed: (error: Error) => void): Promise<void> {
    this.#restarts++;
    const life = this.#begin();
    try {
      const registrations = await life.start();
      if (life !== this.#life || this.#isStopping) return;
      // Before anyone who waits for it goes on.
      this.#parts.began(registrations);
      this.#failure = undefined;
      this.#enter("running");
    } catch (error) {
      await life.stop().catch(() => {});
      if (life !== this.#life || this.#isStopping) return;
      this.#life = undefined;
      failed(error as Error);
    }
  }

  async #openBackend(kind: BackendKind, name: string, namespace: string): Promise<BackendHandle> {
    const handle = await BackendHandle.open({
      kind,
      name,
      namespace,
      home: () => this.#running(),
      released: (released) => this.#backends.delete(released),
    });
    this.#backends.add(handle);
    return handle;
  }

  #running(): Life {
    switch (this.#state) {
      case "running":
      case "stopping":
        return this.#life!;
      case "failed":
        throw this.#failure ?? notRunning(this.name);
      case "starting":
      case "crashed":
      case "backoff":
        throw restarting(this.name, this.#lastError?.thrown);
      default:
        throw notRunning(this.name);
    }
  }

  #enter(state: Exclude<State, "new">, detail: Partial<EventTable["plugin.state"]> = {}): void {
    this.#state = state;
    this.#since = this.#parts.clock.now();
    if (state === "running") this.#startedAt = this.#since;
    const pid = state === "running" ? { pid: this.#life!.pid } : {};
    this.#parts.bus.emit("plugin.state", { plugin: this.name, state, ...pid, ...detail });
    this.#wake();
  }

  #note(thrown: Error): void {
    this.#lastError = { thrown, at: this.#parts.clock.now() };
  }

  #wake(): void {
    this.#settled.resolve();
    this.#settled = Promise.withResolvers();
  }
}
