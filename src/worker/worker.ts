/** A worker: leases jobs, has executors run them, settles what came of it. @module */

import { fromErrorData, type QueueBackend, sleep } from "../core/mod.ts";
import type { RealmUsage } from "../sandbox/mod.ts";
import { Dispatcher } from "./dispatcher.ts";
import { workerStarted } from "./errors.ts";
import { Leaser } from "./leaser.ts";
import type { WorkerParts } from "./options.ts";
import { Outage } from "./outage.ts";
import { Renewer } from "./renewer.ts";
import { Retention } from "./retention.ts";

/** What handlers have between the abort at the end of the grace time and the end of their executor. */
const LAST_MS = 500;
/** How long handlers may go on after `stop`, where nothing else is said. */
const SHUTDOWN_GRACE_MS = 30_000;
/** How long a store that fails is tried for at the end. */
const LAST_SETTLE_MS = 5_000;
/** How long executors that were killed have to be gone. */
const GONE_MS = 3_000;
/** How often the queue is asked whether it is empty, while it is not. */
const DRAINED_POLL_MS = 200;

/** One executor at one moment. */
export interface ExecutorStatus {
  /** `executor-0`, `executor-1` … */
  readonly name: string;
  /** Whether it takes jobs. */
  readonly ready: boolean;
  /** Jobs that it has. */
  readonly jobs: number;
  /** Of its process; null while there is none, and when it does not say. */
  readonly usage: RealmUsage | null;
}

type State = "new" | "starting" | "running" | "stopping" | "stopped";

/**
 * Runs jobs of a queue. Start it once, stop it once; both `stop` before `start` and a second `stop` are fine.
 *
 * At least once: a job leaves the queue only by a settlement with a live lease, and every outcome is kept until the
 * store has taken it.
 */
export class Worker implements AsyncDisposable {
  readonly #parts: WorkerParts;
  readonly #dispatcher: Dispatcher;
  readonly #leaser: Leaser;
  readonly #renewer: Renewer;
  readonly #retention: Retention | undefined;
  readonly #forced = new AbortController();
  readonly #stopped = Promise.withResolvers<void>();
  #state: State = "new";
  #starting: Promise<void> | undefined;

  /** Opens and leases nothing until {@linkcode Worker.start}. */
  constructor(parts: WorkerParts) {
    const { queue, results, bus, clock, options } = parts;
    const { leaseMs, queues, weights, workerId, leaseWaitMs = 1_000, random = Math.random } = options;
    this.#parts = parts;
    this.#dispatcher = new Dispatcher(parts, () => this.#leaser.wake());
    this.#leaser = new Leaser({
      queue,
      clock,
      outage: new Outage(bus, random),
      request: { leaseMs, queues, ...(weights && { weights }), waitMs: leaseWaitMs, workerId },
      room: () => this.#dispatcher.room(),
      take: (jobs) => this.#dispatcher.take(jobs),
    });
    this.#renewer = new Renewer({
      queue,
      clock,
      leaseMs,
      outage: new Outage(bus, random),
      renewable: (time) => this.#dispatcher.ledger.renewable(time),
      report: (lost, cancelled) => this.#dispatcher.renewed(lost, cancelled),
    });
    const { retention } = options;
    if (retention !== undefined) this.#retention = new Retention({ ...retention, queue, results, clock, bus, random });
  }

  /** Jobs that this worker has leased and not settled. */
  get inFlight(): number {
    return this.#dispatcher.ledger.size;
  }

  /** Executors that take jobs now. */
  get executorsReady(): number {
    return this.#dispatcher.executors.ready;
  }

  /**
   * How the executors fare at this moment, for the figures of the engine.
   * @ignore
   */
  executors(): Promise<readonly ExecutorStatus[]> {
    return Promise.all(this.#dispatcher.executors.all.map(async (executor) => {
      const { name, ready, load: jobs } = executor;
      return { name, ready, jobs, usage: await executor.usage() };
    }));
  }

  /**
   * Opens the executors, then begins to lease.
   * @throws {NuvomError} `NUVOM_WORKER_STATE`; the error of the first executor that could not be opened (`NUVOM_REALM_…`,
   * `NUVOM_TASK_MODULE`, `NUVOM_TASK_DUPLICATE`, `NUVOM_EXECUTOR_START`): nothing is left running then.
   */
  async start(): Promise<void> {
    if (this.#state !== "new") throw workerStarted();
    this.#state = "starting";
    this.#starting = this.#dispatcher.executors.start();
    try {
      await this.#starting;
    } catch (error) {
      if (this.#isIn("starting")) this.#end();
      throw error;
    }
    if (!this.#isIn("starting")) return;
    this.#state = "running";
    const { workerId, executors, concurrency } = this.#parts.options;
    this.#parts.bus.emit("worker.started", { workerId, executors, concurrency });
    this.#renewer.start();
    this.#leaser.start();
    this.#retention?.start();
  }

  /**
   * Resolves when nothing is waiting, running, leased by anyone or due for a retry in the queues of this worker; jobs
   * scheduled for later don't count. Also resolves when the worker has stopped.
   * @throws {NuvomError} `NUVOM_PLUGIN_FAILED`: the plugin of a backend has crashed too often. The worker itself goes on.
   */
  async drained(): Promise<void> {
    const hopeless = Promise.withResolvers<never>();
    const off = this.#parts.bus.on("queue.failing", ({ error }) => {
      if (error.code === "NUVOM_PLUGIN_FAILED") hopeless.reject(fromErrorData(error));
    });
    try {
      await Promise.race([this.#empty(), hopeless.promise]);
    } finally {
      off();
    }
  }

  async #empty(): Promise<void> {
    while (!this.#isIn("stopped")) {
      const { moved } = this.#dispatcher;
      // Without a timer: this goes round with every report while there is work.
      if (this.inFlight > 0) await moved;
      else if (this.#isIn("running") && await this.#queueIsEmpty()) return;
      else await this.#atMost(DRAINED_POLL_MS, moved);
    }
  }

  /**
   * Stops leasing at once, gives back what was never started, lets handlers run for `graceMs` milliseconds, then aborts
   * their signals, ends the executors and gives back the rest without a lost attempt. A second call forces.
   */
  async stop(options: { readonly graceMs?: number; readonly reason?: string } = {}): Promise<void> {
    const { graceMs = this.#parts.options.shutdownGraceMs ?? SHUTDOWN_GRACE_MS, reason = "stop" } = options;
    if (this.#isIn("new")) this.#end();
    else if (this.#isIn("stopping")) this.kill();
    else if (!this.#isIn("stopped")) void this.#shutDown(graceMs, reason);
    await this.#stopped.promise;
  }

  /** Stops as by {@linkcode Worker.stop}; where that was called before, waits for its end and forces nothing. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#isIn("stopping") ? this.#stopped.promise : this.stop();
  }

  /** Ends the executors now. What they held is given back as far as the store answers quickly. */
  kill(): void {
    if (this.#isIn("stopped")) return;
    this.#forced.abort();
    this.#dispatcher.killAll();
    if (!this.#isIn("stopping")) void this.stop({ graceMs: 0, reason: "kill" });
  }

  async #shutDown(graceMs: number, reason: string): Promise<void> {
    this.#state = "stopping";
    this.#parts.bus.emit("worker.stopping", { workerId: this.#parts.options.workerId, reason });
    const lastLease = this.#leaser.stop();
    const lastPrune = this.#retention?.stop();
    const drained = this.#dispatcher.drain();
    await this.#unlessForced(this.#starting?.catch(() => {}));
    await this.#runOut(graceMs);
    await this.#unlessForced(Promise.all([drained, lastLease, lastPrune]));
    await this.#settleLast();
    await Promise.allSettled(this.#dispatcher.executors.all.map((executor) => executor.stop(LAST_MS)));
    this.#end();
  }

  /** Waits for running handlers, then aborts them, then ends their executors. */
  async #runOut(graceMs: number): Promise<void> {
    const { signal } = this.#forced;
    if (await this.#dispatcher.quiet(graceMs, signal)) return;
    this.#dispatcher.abortAll();
    if (await this.#dispatcher.quiet(LAST_MS, signal)) return;
    this.#dispatcher.killAll();
    await this.#dispatcher.quiet(GONE_MS);
  }

  async #settleLast(): Promise<void> {
    await this.#atMost(this.#forced.signal.aborted ? LAST_MS : LAST_SETTLE_MS, this.#dispatcher.settler.flush());
  }

  async #unlessForced(work: Promise<unknown> | undefined): Promise<void> {
    const { signal } = this.#forced;
    if (signal.aborted) return;
    const forced = Promise.withResolvers<void>();
    const resolve = () => forced.resolve();
    signal.addEventListener("abort", resolve);
    await Promise.race([work, forced.promise]);
    signal.removeEventListener("abort", resolve);
  }

  async #atMost(ms: number, work: Promise<unknown>): Promise<void> {
    const over = new AbortController();
    await Promise.race([work, sleep(this.#parts.clock, ms, over.signal)]);
    over.abort();
  }

  #end(): void {
    this.#state = "stopped";
    this.#renewer.stop();
    this.#dispatcher.close();
    const { completed, released } = this.#dispatcher.ledger;
    this.#parts.bus.emit("worker.stopped", { workerId: this.#parts.options.workerId, completed, released });
    this.#stopped.resolve();
  }

  #isIn(state: State): boolean {
    return this.#state === state;
  }

  async #queueIsEmpty(): Promise<boolean> {
    const { queue, options: { queues } } = this.#parts;
    try {
      if (!await isEmpty(queue, queues)) return false;
      if (queue.capabilities.has("inspect")) return true;
      // What such a queue is handing out right now is counted nowhere.
      await this.#leaser.answered;
      return this.inFlight === 0 && await isEmpty(queue, queues);
    } catch {
      // The loop that leases tells of a failing queue; here it is only not known to be empty.
      return false;
    }
  }
}

async function isEmpty(queue: QueueBackend, queues: readonly string[] | null): Promise<boolean> {
  return queue.capabilities.has("inspect") ? !await queue.busy(queues) : await queue.qsize() === 0;
}
