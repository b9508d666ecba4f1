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
import type { Registration } from "../sandbox/mod.ts";
import { BackendHandle } from "./backend_handle.ts";
import { failed, notRunning, restarting } from "./call_errors.ts";
import type { BackendKind, LifeState, LoadedPlugin } from "./loaded_plugin.ts";
import { RemoteQueue } from "./remote_queue.ts";
import { RemoteResults } from "./remote_results.ts";
import { RestartBudget, type RestartLimit } from "./restart_budget.ts";

/** One life of the plugin. */
export type Life = Pick<
  LoadedPlugin,
  | "callHook"
  | "collectMetrics"
  | "metadata"
  | "openBackend"
  | "pid"
  | "registrations"
  | "remoteParts"
  | "start"
  | "stop"
>;

/** What a life tells of itself. */
export type LifeEntered = (state: LifeState, error?: Error) => void;

/** How lives are made, and where what they run comes from. */
export interface LifeSource {
  readonly make: (entered: LifeEntered) => Life;
  readonly restart: RestartLimit;
  /** After the last life. */
  readonly dispose: () => Promise<void>;
}

/** What a {@linkcode SupervisedPlugin} is made of. */
export interface SupervisedParts {
  readonly name: string;
  readonly source: LifeSource;
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
  readonly #source: LifeSource;
  readonly #budget: RestartBudget;
  readonly #backends = new Set<BackendHandle>();
  #state: State = "new";
  #life: Life | undefined;
  #startedAt = 0;
  #restarts = 0;
  #lastError: Error | undefined;
  #failure: NuvomError | undefined;
  #cancelTimer: (() => void) | undefined;
  #settled = Promise.withResolvers<void>();
  /** The end of the life that crashed last. */
  #buried: Promise<void> | undefined;
  #ending = false;
  #isStopping = false;
  #stopped: Promise<void> | undefined;

  /** Starts nothing yet. */
  constructor(parts: SupervisedParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#source = parts.source;
    this.#budget = new RestartBudget(parts.source.restart, parts.random ?? Math.random);
  }

  /** Where it stands. */
  get state(): State {
    return this.#state;
  }

  /** How often it was started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** What it has registered so far in this life. */
  get registrations(): readonly Registration[] {
    return this.#life?.registrations ?? [];
  }

  /**
   * Starts it for the first time; where that fails, nothing is left running and it is not tried again.
   * @throws {NuvomError} see {@linkcode LoadedPlugin.start}
   */
  async start(): Promise<readonly Registration[]> {
    const life = this.#begin();
    const registrations = await life.start();
    this.#parts.began(registrations);
    return registrations;
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
  async callHook(...args: Parameters<LoadedPlugin["callHook"]>): Promise<void> {
    await this.#running().callHook(...args);
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
      await this.#life?.stop();
      await this.#buried;
    } finally {
      const failedToStart = this.#state === "failed" && this.#failure === undefined;
      if (this.#state !== "new" && this.#state !== "stopped" && !failedToStart) this.#enter("stopped");
      await this.#source.dispose();
    }
  }

  #begin(): Life {
    const life = this.#source.make((state, error) => this.#heard(life, state, error));
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
    this.#lastError = error;
    this.#enter("crashed", { error: toErrorData(error) });
    if (this.#ending) return;
    const retryInMs = this.#budget.crashed(now, now - this.#startedAt);
    if (retryInMs === null) return this.#giveUp(error);
    this.#enter("backoff", { retryInMs });
    this.#cancelTimer = clock.timer(retryInMs, () => {
      this.#enter("starting");
      void this.#restart((thrown) => this.#crashed(thrown));
    });
  }

  #giveUp(error: Error): void {
    this.#failure = failed(this.name, this.#source.restart, error);
    this.#enter("failed", { error: toErrorData(this.#failure) });
    this.#probeLater();
  }

  /** Half-open: where something can't go on without it, it is tried again now and then, and only success is told. */
  #probeLater(): void {
    if (this.#ending) return;
    const probeMs = Math.max(LEAST_PROBE_MS, this.#source.restart.withinMs);
    this.#cancelTimer = this.#parts.clock.timer(probeMs, () => {
      if (this.#backends.size === 0) return this.#probeLater();
      void this.#restart((thrown) => {
        this.#lastError = thrown;
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
      if (life === this.#life && !this.#isStopping) failed(error as Error);
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
        throw restarting(this.name, this.#lastError);
      default:
        throw notRunning(this.name);
    }
  }

  #enter(state: Exclude<State, "new">, detail: Partial<EventTable["plugin.state"]> = {}): void {
    this.#state = state;
    if (state === "running") this.#startedAt = this.#parts.clock.now();
    const pid = state === "running" ? { pid: this.#life!.pid } : {};
    this.#parts.bus.emit("plugin.state", { plugin: this.name, state, ...pid, ...detail });
    this.#wake();
  }

  #wake(): void {
    this.#settled.resolve();
    this.#settled = Promise.withResolvers();
  }
}
