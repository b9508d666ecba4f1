/** What the tests of this room share: a queue and realms that a test moves by hand. @module */

import {
  type Clock,
  EventBus,
  type EventName,
  type EventTable,
  type FinishedJob,
  type JobReport,
  type LeasedJob,
  type LeaseRequest,
  type Outcome,
  type QueueBackend,
  type QueueCapability,
  type ResultBackend,
  type Settlement,
  type SettleStatus,
} from "../core/mod.ts";
import type { AttemptOrder, Realm, RealmExit, RealmHost, Recalled } from "../sandbox/mod.ts";
import { FakeClock, settleDown } from "../testing/fake_clock.ts";
import type { WorkerOptions, WorkerParts } from "./options.ts";
import { Worker } from "./worker.ts";

/** A queue whose jobs are put there as leased records; it writes down all that is asked of it. */
export class HandQueue implements QueueBackend {
  readonly capabilities = new Set<QueueCapability>(["inspect", "cancel", "lease"]);
  readonly leases: LeaseRequest[] = [];
  readonly settlements: Settlement[] = [];
  readonly settleCalls: number[] = [];
  readonly renewals: string[][] = [];
  readonly reports: JobReport[] = [];
  readonly failing = new Set<"lease" | "settle" | "renew" | "report">();
  /** Settlements of these ids are refused for good. */
  readonly refused = new Set<string>();
  readonly stale = new Set<string>();
  lost: string[] = [];
  cancelled: string[] = [];
  running = 0;
  retrying = 0;
  scheduled = 0;
  readonly #clock: Clock;
  #jobs: LeasedJob[] = [];
  #wake = Promise.withResolvers<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  put(...jobs: LeasedJob[]): void {
    this.#jobs.push(...jobs);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  action(id: string): string | undefined {
    return this.settlements.findLast((settlement) => settlement.id === id)?.action;
  }

  async lease(request: LeaseRequest): Promise<LeasedJob[]> {
    this.leases.push(request);
    if (this.failing.has("lease")) throw new Error("lease failed");
    if (this.#jobs.length === 0) await this.#wait(request);
    const jobs = this.#jobs.splice(0, request.limit);
    this.running += jobs.length;
    return jobs;
  }

  async #wait({ waitMs, signal }: LeaseRequest): Promise<void> {
    const over = Promise.withResolvers<void>();
    const cancel = this.#clock.timer(waitMs, over.resolve);
    signal?.addEventListener("abort", () => over.resolve());
    await Promise.race([this.#wake.promise, over.promise]);
    cancel();
  }

  renew(leases: readonly { id: string }[]) {
    this.renewals.push(leases.map(({ id }) => id));
    if (this.failing.has("renew")) return Promise.reject(new Error("renew failed"));
    return Promise.resolve({ lost: this.lost.splice(0), cancelled: this.cancelled.splice(0) });
  }

  report(reports: readonly JobReport[]): Promise<void> {
    if (this.failing.has("report")) return Promise.reject(new Error("report failed"));
    this.reports.push(...reports);
    return Promise.resolve();
  }

  settle(settlements: readonly Settlement[]): Promise<SettleStatus[]> {
    this.settleCalls.push(settlements.length);
    if (this.failing.has("settle")) return Promise.reject(new Error("settle failed"));
    if (settlements.some(({ id }) => this.refused.has(id))) return Promise.reject(new Error("refused"));
    this.settlements.push(...settlements);
    this.running -= settlements.length;
    return Promise.resolve(settlements.map(({ id }) => this.stale.has(id) ? "stale" : "settled"));
  }

  stats() {
    const { scheduled, retrying, running } = this;
    const pending = this.#jobs.length;
    return Promise.resolve([{
      queue: "default",
      pending,
      scheduled,
      retrying,
      running,
      paused: false,
      oldestAt: null,
    }]);
  }

  busy = () => Promise.resolve(this.#jobs.length + this.running + this.retrying > 0);
  qsize = () => Promise.resolve(this.#jobs.length + this.scheduled);
  enqueue = () => Promise.resolve([]);
  clear = () => Promise.resolve(0);
  inspect = () => Promise.resolve([]);
  cancel = () => Promise.resolve([]);
  pause = () => Promise.resolve();
  resume = () => Promise.resolve();
  close = () => Promise.resolve();
}

/** A realm that does what a test says. */
export class HandRealm implements Realm {
  readonly kind = "process";
  readonly pid = 1;
  readonly startMs = 1;
  readonly counts = { calls: 0, lateAnswers: 0, refusedNotes: 0 };
  readonly name: string;
  readonly host: RealmHost;
  readonly orders: AttemptOrder[] = [];
  /** How many orders each message held. */
  readonly messages: number[] = [];
  readonly aborts: { id: string; reason: string }[] = [];
  readonly #exit = Promise.withResolvers<RealmExit>();
  readonly exited = this.#exit.promise;
  loadParams: unknown;
  /** What `executor.load` answers. */
  tasks: unknown[] = [];
  /** False: the loop is blocked, it answers nothing. */
  responsive = true;
  killed = false;
  stopped = false;
  drained: string[] | null = null;

  constructor(host: RealmHost, index: number) {
    this.name = `realm-${index}`;
    this.host = host;
  }

  get ids(): string[] {
    return this.orders.map(([id]) => id);
  }

  // deno-lint-ignore no-explicit-any -- the contract's generic signature, for a fake
  call(method: string, params: unknown): Promise<any> {
    if (method === "executor.load") {
      this.loadParams = params;
      return Promise.resolve(this.tasks);
    }
    if (method !== "executor.drain") return Promise.resolve([]);
    return this.responsive
      ? Promise.resolve(this.drained ?? [])
      : this.exited.then(() => Promise.reject(new Error("gone")));
  }

  /** Numbers of orders that were begun; null: its process does not answer. */
  begun: number | null = null;
  recalls = 0;

  recall(): Promise<Recalled | null> {
    const recall = ++this.recalls;
    return this.begun === null ? this.exited.then(() => null) : Promise.resolve({ begun: this.begun, recall });
  }

  note(method: string, params: unknown): void {
    if (method === "executor.recalled" && this.responsive) this.report([], []);
    if (method === "executor.run") {
      this.orders.push(...params as AttemptOrder[]);
      this.messages.push((params as AttemptOrder[]).length);
    }
    if (method !== "executor.abort") return;
    this.aborts.push(...params as { id: string; reason: string }[]);
    if (this.responsive) this.report([], []);
  }

  report(started: string[], ended: unknown[]): void {
    this.host.note("executor.report", { started, ended });
  }

  start(...ids: string[]): void {
    this.report(ids, []);
  }

  end(id: string, outcome: unknown = { kind: "success", result: "1" } satisfies Outcome, ms = 1_000): void {
    this.report([], [[id, outcome, ms]]);
  }

  exit(reason: RealmExit["reason"] = "crashed", detail = "exit code 9"): void {
    this.#exit.resolve({ clean: false, reason, detail });
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.exit("stopped");
    return Promise.resolve();
  }

  kill(): void {
    this.killed = true;
    this.exit("killed", "it was killed");
  }

  usage = () => Promise.resolve(null);
}

/** Options of the worker, and parts that most tests leave out. */
export interface RigOptions extends Partial<WorkerOptions> {
  readonly results?: Partial<ResultBackend>;
  readonly mapStack?: WorkerParts["mapStack"];
  readonly explain?: WorkerParts["explain"];
}

/** A worker and everything around it. */
export class Rig {
  readonly clock = new FakeClock();
  readonly queue = new HandQueue(this.clock);
  readonly bus = new EventBus();
  readonly realms: HandRealm[] = [];
  readonly written: FinishedJob[] = [];
  readonly worker: Worker;
  /** Called in place of opening a realm; may throw. */
  open: (host: RealmHost, index: number) => Promise<HandRealm>;
  readonly #events = new Map<EventName, unknown[]>();
  readonly #cell: string;

  constructor(options: RigOptions = {}, prepare?: (queue: HandQueue) => void) {
    prepare?.(this.queue);
    const { results, mapStack, explain, ...rest } = options;
    this.#cell = `realm-${rest.executors ?? 1}`;
    this.open = (host, index) => Promise.resolve(new HandRealm(host, index));
    this.worker = new Worker({
      queue: this.queue,
      results: results === undefined ? null : results as ResultBackend,
      ...(mapStack === undefined ? {} : { mapStack }),
      ...(explain === undefined ? {} : { explain }),
      bus: this.bus,
      clock: this.clock,
      entries: () => Promise.resolve([]),
      openExecutor: async (host, index) => {
        const realm = await this.open(host, index);
        this.realms.push(realm);
        return realm;
      },
      options: {
        workerId: "w",
        executors: 1,
        concurrency: 4,
        batchSize: 10,
        leaseMs: 6_000,
        timeoutGraceMs: 2_000,
        queues: null,
        random: () => 0,
        ...rest,
      },
    });
  }

  /** @param prepare Called with the queue before the worker is made. */
  static async started(options: RigOptions = {}, prepare?: (queue: HandQueue) => void): Promise<Rig> {
    const rig = new Rig(options, prepare);
    await rig.worker.start();
    await settleDown();
    return rig;
  }

  /** The newest realm, without those of suspects. */
  get realm(): HandRealm {
    return this.realms.findLast(({ name }) => name !== this.#cell)!;
  }

  /** The newest realm of suspects. */
  get cell(): HandRealm {
    return this.realms.findLast(({ name }) => name === this.#cell)!;
  }

  /** Events of a name since the first call with it. */
  events<N extends EventName>(name: N): EventTable[N][] {
    let list = this.#events.get(name);
    if (list === undefined) {
      this.#events.set(name, list = []);
      this.bus.on(name, (event) => list!.push(event));
    }
    return list as EventTable[N][];
  }

  async put(...jobs: LeasedJob[]): Promise<void> {
    this.queue.put(...jobs);
    await settleDown();
  }

  /** Stops at once and checks that nothing is left. */
  async end(): Promise<void> {
    const stopped = this.worker.stop({ graceMs: 0 });
    await this.clock.advance(20_000);
    await stopped;
    if (this.clock.pending > 0) throw new Error(`${this.clock.pending} timers are left`);
  }
}
