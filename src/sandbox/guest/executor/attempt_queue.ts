/** The attempts of one executor: those that wait, those that run, and the reports to the host. @module */

import { AsyncLocalStorage } from "node:async_hooks";
import { type BackoffFunction, didYouMean, type Outcome, parseDuration } from "../../../core/mod.ts";
import type { AbortReason, AttemptOrder, AttemptReport } from "../../protocol.ts";
import { ORDER_NUMBERS, StartGate } from "../../start_gate.ts";
import type { GuestPort } from "../role.ts";
import { Attempt } from "./attempt.ts";
import { bareCall, soon } from "./bare_call.ts";
import { argsInvalid, attemptAborted, taskUnknown } from "./errors.ts";
import type { LoadedTask } from "./import_tasks.ts";
import { failed, returnedOutcome, thrownOutcome } from "./outcome.ts";
import { sendReport } from "./send_report.ts";

// Taken before foreign code runs: it may replace the globals.
const defer = setTimeout;
const clock = performance;

/** An attempt shorter than this is quick. */
const QUICK_MS = 1;
/** After so many quick attempts in a row the starts of a task are announced many at a time. */
const QUICK_RUNS = 3;
/** So long at most the loop is kept from hearing the host (aborts, drain) while short attempts follow one another. */
const TURN_MS = 5;

/** A task that the queue runs, and how it has behaved. */
interface QueuedTask extends LoadedTask {
  quickRuns: number;
}

/** Runs orders, `concurrency` at a time, and reports starts and ends in batches. */
export class AttemptQueue {
  readonly #port: GuestPort;
  readonly #tasks: ReadonlyMap<string, QueuedTask>;
  readonly #concurrency: number;
  readonly #current = new AsyncLocalStorage<Attempt>();
  readonly #running = new Map<string, Attempt>();
  readonly #dropped = new Map<string, AbortReason>();
  readonly #gate: StartGate;
  /** Null where an order was dropped: the others keep their numbers. */
  #waiting: (AttemptOrder | null)[] = [];
  #head = 0;
  /** Number of the order before the head. */
  #passed = 0;
  #ended: AttemptReport[] = [];
  #pumping = false;
  #turnDue = false;
  #turnStartedAt = 0;
  #draining = false;

  /** @param concurrency Attempts at a time, 1 or more. */
  constructor(port: GuestPort, tasks: ReadonlyMap<string, LoadedTask>, concurrency: number) {
    this.#port = port;
    this.#tasks = new Map([...tasks].map(([name, task]) => [name, { ...task, quickRuns: 0 }]));
    this.#concurrency = concurrency;
    this.#gate = port.gate ?? new StartGate();
  }

  /** The attempt of the calling handler. */
  current(): Attempt | undefined {
    return this.#current.getStore();
  }

  /** Takes orders; they start in order. */
  run(orders: readonly AttemptOrder[]): void {
    for (const order of orders) this.#waiting.push(order);
    this.#turnStartedAt = clock.now();
    this.#pump();
  }

  /** Aborts attempts that run; those that wait are ended without a start. */
  abort(orders: readonly { readonly id: string; readonly reason: AbortReason }[]): void {
    for (const { id, reason } of orders) {
      const attempt = this.#running.get(id);
      if (attempt === undefined) this.#dropped.set(id, reason);
      else attempt.abort(reason);
    }
    this.#endDropped();
    // Also an empty report: it tells the host that this loop is not blocked.
    this.#report([]);
  }

  /** Starts nothing any more; answers the ids that were never started. */
  drain(): string[] {
    this.#draining = true;
    const left = this.#waiting.slice(this.#head).flatMap((order) => order === null ? [] : [order[0]]);
    this.#advance(this.#waiting.length);
    return left;
  }

  /** The host has taken back what waits: others may run it by now. */
  recalled(recall: number): void {
    this.#advance(this.#waiting.length);
    this.#gate.open(this.#passed, recall);
    this.#report([]);
  }

  #endDropped(): void {
    if (this.#dropped.size === 0) return;
    for (let i = this.#head; i < this.#waiting.length; i++) {
      const id = this.#waiting[i]?.[0];
      const reason = id === undefined ? undefined : this.#dropped.get(id);
      if (reason === undefined) continue;
      this.#ended.push([id!, failed(attemptAborted(id!, reason), true), 0]);
      this.#waiting[i] = null;
    }
    this.#dropped.clear();
  }

  #pump(): void {
    // A handler may end synchronously, and its end comes back here.
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      this.#startWaiting();
    } finally {
      this.#pumping = false;
    }
    if (this.#ended.length > 0 && !this.#turnDue) this.#report([]);
  }

  /** Starts what there is room for, chunk by chunk, until slots or orders run out. */
  #startWaiting(): void {
    while (!this.#draining && this.#head < this.#waiting.length && this.#running.size < this.#concurrency) {
      if (clock.now() - this.#turnStartedAt > TURN_MS) {
        this.#yield();
        break;
      }
      const chunk = this.#nextChunk();
      if (chunk.length === 0) break;
      // Before the first of them runs: a handler that blocks the loop must be known to be running.
      this.#report(chunk.map(([id]) => id));
      for (const order of chunk) this.#start(order, chunk.length === 1);
      // The next ones are announced when these have had their turn: one of them may block the loop.
      if (this.#head < this.#waiting.length && this.#running.size < this.#concurrency) {
        this.#takeTurn();
        break;
      }
    }
  }

  /**
   * Orders that are announced together. A task that is not known to be quick goes alone, so that the host can tell
   * which handler blocks the loop. None when nothing may begin.
   */
  #nextChunk(): AttemptOrder[] {
    while (this.#waiting[this.#head] === null) this.#advance(this.#head + 1);
    const from = this.#head;
    const most = Math.min(this.#waiting.length, from + this.#concurrency - this.#running.size);
    let to = from;
    while (to < most && this.#isQuick(this.#waiting[to]!)) to++;
    if (to === from && from < most) to++;
    if (to === from || !this.#gate.pass(this.#numberAt(to))) return [];
    const chunk = this.#waiting.slice(from, to) as AttemptOrder[];
    this.#advance(to);
    return chunk;
  }

  #isQuick(order: AttemptOrder | null): boolean {
    return order !== null && (this.#tasks.get(order[1])?.quickRuns ?? 0) >= QUICK_RUNS;
  }

  /** Of the order before this index. */
  #numberAt(index: number): number {
    return (this.#passed + index - this.#head) % ORDER_NUMBERS;
  }

  #advance(to: number): void {
    this.#passed = this.#numberAt(to);
    this.#head = to;
    if (to < this.#waiting.length) return;
    this.#waiting = [];
    this.#head = 0;
  }

  #start([id, name, number, args]: AttemptOrder, alone: boolean): void {
    const attempt = new Attempt(id, name, number, clock.now(), this.#port);
    this.#running.set(id, attempt);
    const task = this.#tasks.get(name);
    if (task === undefined) return this.#end(attempt, task, this.#unknown(name));
    let values: unknown[];
    try {
      values = readArgs(args);
    } catch (error) {
      return this.#end(attempt, task, failed(argsInvalid(name, error), false));
    }
    if (!alone) void soon(() => attempt.begin(clock.now()));
    this.#current.run(attempt, soon, bareCall(task.handler, values)).then(
      (value) => this.#end(attempt, task, returnedOutcome(name, value)),
      (error) => this.#fail(attempt, task, error),
    );
  }

  #fail(attempt: Attempt, task: QueuedTask, thrown: unknown): void {
    const { backoff } = task;
    const retryInMs = backoff === undefined ? undefined : () => askBackoff(backoff, attempt, thrown);
    this.#end(attempt, task, thrownOutcome(thrown, retryInMs));
  }

  #end(attempt: Attempt, task: QueuedTask | undefined, outcome: Outcome): void {
    const runMs = attempt.runMs(clock.now());
    if (task !== undefined) task.quickRuns = runMs < QUICK_MS ? task.quickRuns + 1 : 0;
    this.#running.delete(attempt.id);
    attempt.end();
    this.#ended.push([attempt.id, outcome, runMs]);
    if (this.#turnDue || this.#pumping) return;
    // One report for all that end in this turn: handlers that resolved already come before this microtask.
    this.#takeTurn();
  }

  #takeTurn(): void {
    this.#turnDue = true;
    void soon(() => this.#turn());
  }

  #turn(): void {
    this.#turnDue = false;
    this.#pump();
  }

  #yield(): void {
    this.#turnDue = true;
    defer(() => {
      this.#turnStartedAt = clock.now();
      this.#turn();
    }, 0);
  }

  #report(started: readonly string[]): void {
    const ended = this.#ended;
    this.#ended = [];
    sendReport(this.#port, started, ended);
  }

  /** To be tried again where there are attempts left: a worker of a newer release may know the task. */
  #unknown(name: string): Outcome {
    return failed(taskUnknown(name, didYouMean(name, [...this.#tasks.keys()], "task")), true);
  }
}

/** Undefined where it answers nothing of use: the pause is then that of a task without such a function. */
function askBackoff(backoff: BackoffFunction, attempt: Attempt, thrown: unknown): number | undefined {
  try {
    return parseDuration(backoff(attempt.attempt, thrown), `the backoff of the task "${attempt.task}"`);
  } catch (error) {
    attempt.log.warn("the backoff function of the task failed; the pause doubles instead", { error });
    return undefined;
  }
}

function readArgs(args: string): unknown[] {
  if (args === "[]") return [];
  const values = JSON.parse(args);
  if (!Array.isArray(values)) throw new TypeError("not an array");
  return values;
}
