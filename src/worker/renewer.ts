/** Renews the leases of everything in flight, whatever the executors do. @module */

import type { Clock, QueueBackend } from "../core/mod.ts";
import type { Attempt } from "./attempt.ts";
import type { Outage } from "./outage.ts";

/** What a {@linkcode Renewer} works with. */
export interface RenewerParts {
  readonly queue: QueueBackend;
  readonly clock: Clock;
  readonly outage: Outage;
  readonly leaseMs: number;
  /** Attempts whose leases were last renewed before a time. */
  readonly renewable: (time: number) => Attempt[];
  /** Told of every renewal: whose lease was lost and who must stop; they may have been settled meanwhile. */
  readonly report: (lost: readonly Attempt[], cancelled: readonly Attempt[]) => void;
}

/** A renewal also tells whose cancel was asked for, and nobody wants to wait longer than this for that. */
const CANCEL_MS = 1_000;

/** Runs every third of a lease, and often enough for cancels; a failed call is tried again sooner. */
export class Renewer {
  readonly #parts: RenewerParts;
  readonly #everyMs: number;
  #cancelTimer: (() => void) | undefined;
  #stopped = false;

  /** Renews nothing until `start`. */
  constructor(parts: RenewerParts) {
    this.#parts = parts;
    const { leaseMs, queue } = parts;
    this.#everyMs = Math.min(leaseMs / 3, queue.capabilities.has("cancel") ? CANCEL_MS : Infinity);
  }

  /** Starts the timer. */
  start(): void {
    this.#schedule(this.#everyMs);
  }

  /** Renews nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
  }

  #schedule(ms: number): void {
    if (!this.#stopped) this.#cancelTimer = this.#parts.clock.timer(ms, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const { clock, outage, renewable } = this.#parts;
    const now = clock.monotonic();
    // Younger leases can wait for the next round: at most half of them is then over.
    const attempts = renewable(now - this.#everyMs / 2);
    try {
      if (attempts.length > 0) await this.#ask(attempts, now);
      outage.recovered();
      this.#schedule(this.#everyMs);
    } catch (error) {
      this.#schedule(Math.min(outage.failed(error), this.#everyMs / 2));
    }
  }

  async #ask(attempts: readonly Attempt[], now: number): Promise<void> {
    const { queue, leaseMs, report } = this.#parts;
    const { lost, cancelled } = await queue.renew(
      attempts.map(({ job }) => ({ id: job.id, token: job.token })),
      leaseMs,
    );
    for (const attempt of attempts) attempt.renewedAt = now;
    const asked = new Map(attempts.map((attempt) => [attempt.job.id, attempt]));
    report(lost.flatMap((id) => asked.get(id) ?? []), cancelled.flatMap((id) => asked.get(id) ?? []));
  }
}
