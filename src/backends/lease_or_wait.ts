/** How a lease waits for work. @module */

import type { Clock, LeasedJob, LeaseRequest } from "../core/mod.ts";
import type { Wake } from "./wake.ts";

/** Jobs, and when the next one becomes ready by itself (Infinity: never). */
export interface Taken {
  readonly jobs: LeasedJob[];
  readonly nextDue: number;
}

/** What a lease is answered with. */
export interface LeaseParts {
  readonly clock: Clock;
  readonly wake: Wake;
  /** Of the queue: ends every wait. */
  readonly closing: AbortSignal;
  /** Takes what is ready now. */
  readonly take: () => Taken | Promise<Taken>;
  /**
   * Starts to listen to other processes; answers whether it has begun just now, so that what was written before must be
   * looked for. Undefined: there are none.
   */
  readonly watch?: () => boolean;
}

/** Without any wake-up of another process a waiting lease looks again after this long. */
const LOOK_AGAIN_MS = 2_000;

/** Answers with jobs as soon as there are some; with none at the end of the time, or when nobody waits any more. */
export async function leaseOrWait(request: LeaseRequest, parts: LeaseParts): Promise<LeasedJob[]> {
  const { clock, wake, closing, take, watch } = parts;
  const until = clock.now() + request.waitMs;
  const lookAgainMs = watch === undefined ? Infinity : LOOK_AGAIN_MS;
  let either: AbortSignal | undefined;
  while (!closing.aborted && request.signal?.aborted !== true) {
    const taken = take();
    // Not awaited without need: whoever rings between the look and the wait would not be heard.
    const { jobs, nextDue } = taken instanceof Promise ? await taken : taken;
    const now = clock.now();
    if (jobs.length > 0 || now >= until) return jobs;
    if (watch?.()) continue;
    // Made late: a busy worker never waits.
    either ??= AbortSignal.any([closing, ...(request.signal === undefined ? [] : [request.signal])]);
    await wake.wait(clock, Math.max(0, Math.min(until, nextDue, now + lookAgainMs) - now), either);
  }
  return [];
}
