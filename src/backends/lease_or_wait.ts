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
  /** Around each wait; answers what the lease was given meanwhile. Undefined: nothing is given to who waits. */
  readonly waiting?: (wait: () => Promise<void>) => Promise<LeasedJob[]>;
}

/** Without any wake-up of another process a waiting lease looks again after this long. */
const LOOK_AGAIN_MS = 2_000;

/** Answers with jobs as soon as there are some; with none at the end of the time, or when nobody waits any more. */
export async function leaseOrWait(request: LeaseRequest, parts: LeaseParts): Promise<LeasedJob[]> {
  const { clock, wake, closing, take, watch, waiting } = parts;
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
    const signal = either ??= AbortSignal.any([closing, ...(request.signal === undefined ? [] : [request.signal])]);
    const wait = () => wake.wait(clock, Math.max(0, Math.min(until, nextDue, now + lookAgainMs) - now), signal);
    const given = await (waiting?.(wait) ?? wait());
    if (given !== undefined && given.length > 0) return given;
  }
  return [];
}
