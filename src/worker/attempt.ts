/** One leased job on its way through the worker. @module */

import type { LeasedJob } from "../core/mod.ts";
import type { AbortReason } from "../sandbox/mod.ts";

/** The worker's notes on one attempt. Plain mutable fields: there are tens of thousands a second. */
export class Attempt {
  readonly job: LeasedJob;
  /** When its handler was called; 0: not yet. All times here are monotonic. */
  startedAt = 0;
  /** Of the order that sent it to its executor. */
  orderNumber = 0;
  /** Rises with every start in the worker. */
  startOrder = 0;
  /** When its time is over; 0: never. */
  deadline = 0;
  /** Why it was told to stop; null: it was not. */
  abort: AbortReason | null = null;
  /** When it was told. */
  abortedAt = 0;
  /** When it was leased. */
  readonly leasedAt: number;
  /** When its lease was last made or renewed. */
  renewedAt: number;
  /** The end of an executor that it may have caused, as a number; 0: none. */
  suspicion = 0;
  /** The lease is gone: whatever it reports is dropped. */
  leaseLost = false;
  /** Its end is on the way to the store: nothing can change it any more. */
  ended = false;

  /** @param now Time of the lease. */
  constructor(job: LeasedJob, now: number) {
    this.job = job;
    this.leasedAt = now;
    this.renewedAt = now;
  }

  /** From when it could run to the call of its handler; only differences of one clock, for the store's is another. */
  get waitedMs(): number {
    const { startedAt, runAt } = this.job;
    return Math.max(0, (startedAt ?? runAt) - runAt) + this.startedAt - this.leasedAt;
  }

  /** Notes the start of the handler. */
  start(now: number, order: number): void {
    this.startedAt = now;
    this.startOrder = order;
    this.deadline = this.job.timeoutMs > 0 ? now + this.job.timeoutMs : 0;
  }

  /** Notes that it must stop; the first reason counts. Answers whether this was the first. */
  stop(reason: AbortReason, now: number): boolean {
    if (this.abort !== null) return false;
    this.abort = reason;
    this.abortedAt = now;
    return true;
  }

  /** As if it had never been started, to be run again under the same lease. A cancel stays asked for. */
  rewind(): void {
    this.startedAt = 0;
    this.startOrder = 0;
    this.deadline = 0;
    if (this.abort !== "cancelled") this.abort = null;
  }
}
