/** Tells the hooks of plugins, in batches, what happened; whatever they do, no job waits for them. @module */

import {
  type AttemptEnd,
  type Clock,
  type EventBus,
  formatDuration,
  type HookEvent,
  type HookMethod,
  type JobRecord,
  type LeasedJob,
  sleep,
  type WorkerInfo,
} from "../core/mod.ts";

/** A hook that a plugin registered. */
export interface RegisteredHook {
  readonly plugin: string;
  readonly name: string;
  readonly methods: readonly HookMethod[];
  /** Null: of all. */
  readonly tasks: readonly string[] | null;
  readonly queues: readonly string[] | null;
  /** Resolves when the plugin can be called, or when nobody knows when that will be. @default at once */
  readonly ready?: () => Promise<void>;
  /** Has a time limit of its own. */
  readonly call: (method: HookMethod, payload: readonly HookEvent[] | WorkerInfo) => Promise<void>;
}

/** In which waiting calls are made: a job's end is not told before its start. */
const ORDER: readonly HookMethod[] = ["workerStart", "beforeJob", "afterJob", "onError", "onRetry", "workerStop"];
/** The same failure of a hook is logged once in this time. */
const QUIET_MS = 60_000;
/** Characters of arguments and results that wait for a method at most; each event counts a little more. */
const MAX_WAITING = 16 * 1024 * 1024;
/** The same, in one call. */
const MAX_BATCH = 4 * 1024 * 1024;
const EVENT_WEIGHT = 1_024;

/** Listens to the events of a worker on behalf of the hooks. */
export class HookRunner {
  readonly #bus: EventBus;
  readonly #clock: Clock;
  #lines: readonly HookLine[] = [];
  #unsubscribe: readonly (() => void)[] | undefined;

  /** Listens to nothing until there is a hook. */
  constructor(bus: EventBus, clock: Clock) {
    this.#bus = bus;
    this.#clock = clock;
  }

  /** From now on the hook is told. */
  add(hook: RegisteredHook): void {
    this.#unsubscribe ??= this.#listen();
    this.#lines = [...this.#lines, new HookLine(hook, this.#bus, this.#clock)];
  }

  /** In place of all hooks of the plugin; what waited for one of the same name waits for the new one. */
  replace(plugin: string, hooks: readonly RegisteredHook[]): void {
    const old = this.#lines.filter((line) => line.hook.plugin === plugin);
    for (const hook of hooks) {
      const at = old.findIndex((line) => line.hook.name === hook.name);
      if (at === -1) this.add(hook);
      else old.splice(at, 1)[0]!.hook = hook;
    }
    this.#lines = this.#lines.filter((line) => !old.includes(line));
    old.forEach((line) => line.close());
  }

  /** Listens no more, and lets the hooks take what waits for them, for at most `limitMs`. */
  async close(limitMs: number): Promise<void> {
    this.#unsubscribe?.forEach((off) => off());
    const over = new AbortController();
    const drained = Promise.all(this.#lines.map((line) => line.drained()));
    await Promise.race([drained, sleep(this.#clock, limitMs, over.signal)]);
    over.abort();
    this.#lines.forEach((line) => line.close());
  }

  #listen(): (() => void)[] {
    return [
      this.#bus.on("attempts.started", ({ jobs }) => this.#tell("beforeJob", () => jobs.map(toStart))),
      this.#bus.on("attempts.ended", ({ ends }) => this.#ended(ends)),
      this.#bus.on("worker.started", ({ workerId }) => this.#tellWorker("workerStart", { workerId })),
      this.#bus.on("worker.stopped", ({ workerId }) => this.#tellWorker("workerStop", { workerId })),
    ];
  }

  #ended(ends: readonly AttemptEnd[]): void {
    this.#tell("afterJob", () => ends.map(toEvent));
    this.#tell("onError", () => ends.filter(isError).map(toEvent));
    this.#tell("onRetry", () => ends.filter(({ next }) => next === "retry").map(toEvent));
  }

  #tell(method: HookMethod, make: () => readonly HookEvent[]): void {
    const lines = this.#lines.filter((line) => line.hears(method));
    if (lines.length === 0) return;
    const events = make();
    for (const line of lines) line.tell(method, events);
  }

  #tellWorker(method: HookMethod, worker: WorkerInfo): void {
    for (const line of this.#lines) if (line.hears(method)) line.tellWorker(method, worker);
  }
}

/** One hook, one call at a time; what happens meanwhile is gathered. */
class HookLine {
  /** Of the life that its plugin has now. */
  hook: RegisteredHook;
  readonly #bus: EventBus;
  readonly #clock: Clock;
  readonly #waiting = new Map<HookMethod, Gathered>();
  readonly #workers = new Map<HookMethod, WorkerInfo>();
  readonly #loggedAt = new Map<HookMethod, number>();
  #running: Promise<void> | undefined;
  #closed = false;
  #dropped = 0;

  constructor(hook: RegisteredHook, bus: EventBus, clock: Clock) {
    this.hook = hook;
    this.#bus = bus;
    this.#clock = clock;
  }

  hears(method: HookMethod): boolean {
    return this.hook.methods.includes(method);
  }

  tell(method: HookMethod, events: readonly HookEvent[]): void {
    const heard = events.filter(({ job }) => this.#concerns(job));
    if (heard.length === 0) return;
    const gathered = this.#waiting.get(method) ?? new Gathered();
    this.#waiting.set(method, gathered);
    const dropped = gathered.add(heard);
    if (dropped > 0 && this.#dropped === 0) {
      this.#log(`The hook "${this.hook.name}" is too slow: what waits for ${method} is dropped, oldest first.`);
    }
    this.#dropped += dropped;
    this.#run();
  }

  tellWorker(method: HookMethod, worker: WorkerInfo): void {
    this.#workers.set(method, worker);
    this.#run();
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  close(): void {
    this.#closed = true;
    const left = [...this.#waiting.values()].reduce((sum, gathered) => sum + gathered.size, 0);
    const lost = this.#dropped + left;
    if (lost > 0) this.#log(`The hook "${this.hook.name}" was too slow: ${lost} events never reached it.`);
  }

  #concerns({ task, queue }: JobRecord): boolean {
    const { tasks, queues } = this.hook;
    return (tasks === null || tasks.includes(task)) && (queues === null || queues.includes(queue));
  }

  #run(): void {
    // The first call begins in a turn of its own, so that what happens in this one is one batch.
    this.#running ??= Promise.resolve().then(() => this.#callAll());
  }

  async #callAll(): Promise<void> {
    while (this.#waits && !this.#closed) {
      // Before the choice: what happens while its plugin is down goes into one batch.
      await this.hook.ready?.();
      const next = this.#closed ? undefined : this.#next();
      if (next === undefined) break;
      const [method, payload] = next;
      try {
        await this.hook.call(method, payload);
      } catch (error) {
        this.#failed(method, error as Error);
      }
    }
    // In the same turn as the last look: what is told from now on starts the next run.
    this.#running = undefined;
  }

  get #waits(): boolean {
    return this.#workers.size > 0 || [...this.#waiting.values()].some(({ size }) => size > 0);
  }

  #next(): [HookMethod, readonly HookEvent[] | WorkerInfo] | undefined {
    for (const method of ORDER) {
      const worker = this.#workers.get(method);
      if (worker !== undefined) return this.#workers.delete(method), [method, worker];
      const gathered = this.#waiting.get(method);
      if (gathered !== undefined && gathered.size > 0) return [method, gathered.take()];
    }
  }

  #failed(method: HookMethod, error: Error): void {
    const now = this.#clock.now();
    const last = this.#loggedAt.get(method);
    if (last !== undefined && now - last < QUIET_MS) return;
    this.#loggedAt.set(method, now);
    this.#log(`${error.message} (Of such failures one is logged every ${formatDuration(QUIET_MS)}.)`);
  }

  #log(message: string): void {
    this.#bus.emit("log", { level: "warn", category: `plugin.${this.hook.plugin}`, message });
  }
}

/** Events that wait for one method, the oldest first, of bounded weight. */
class Gathered {
  #events: HookEvent[] = [];
  #weight = 0;

  get size(): number {
    return this.#events.length;
  }

  /** @returns how many old ones had to go. */
  add(events: readonly HookEvent[]): number {
    this.#events.push(...events);
    this.#weight += events.reduce((sum, event) => sum + weightOf(event), 0);
    let dropped = 0;
    while (this.#weight > MAX_WAITING && dropped < this.#events.length - 1) {
      this.#weight -= weightOf(this.#events[dropped++]!);
    }
    this.#events.splice(0, dropped);
    return dropped;
  }

  /** As many as one call takes, at least one. */
  take(): HookEvent[] {
    let [count, weight] = [0, 0];
    for (const event of this.#events) {
      weight += weightOf(event);
      if (count > 0 && weight > MAX_BATCH) break;
      count++;
    }
    const taken = this.#events.splice(0, count);
    this.#weight -= taken.reduce((sum, event) => sum + weightOf(event), 0);
    return taken;
  }
}

function weightOf({ job }: HookEvent): number {
  return EVENT_WEIGHT + job.args.length + (job.result?.length ?? 0);
}

function toStart(job: LeasedJob): HookEvent {
  return { job: bare(job) };
}

function toEvent({ job, outcome, durationMs }: AttemptEnd): HookEvent {
  return { job: bare(job), outcome: outcome.kind, durationMs };
}

function isError({ outcome, next }: AttemptEnd): boolean {
  return ["failure", "timeout", "lost"].includes(outcome.kind) && (next === "retry" || next === "failed");
}

/** The token of a lease is nobody's but the worker's. */
function bare({ token: _token, leaseUntil: _leaseUntil, ...job }: LeasedJob): JobRecord {
  return job;
}
