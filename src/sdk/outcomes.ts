/** What a handler throws to end its attempt in a way of its own. @module */

import { type Duration, parseDuration } from "../core/mod.ts";

/**
 * Thrown by a handler: the job fails now, without the attempts that are left.
 *
 * @example
 * ```ts
 * import { Discard, task } from "nuvom";
 *
 * export const notify = task({ name: "notify", retries: 5 }, (address: string) => {
 *   if (!address.includes("@")) throw new Discard(`"${address}" is no address`);
 * });
 * ```
 */
export class Discard extends Error {
  /** What the job's error is called. */
  override readonly name = "Discard";
}

/**
 * Thrown by a handler: run the job again later. The attempt does not count.
 *
 * @example
 * ```ts
 * import { Snooze, task } from "nuvom";
 *
 * export const poll = task({ name: "poll" }, (ready: boolean) => {
 *   if (!ready) throw new Snooze("10m");
 * });
 * ```
 */
export class Snooze extends Error {
  /** As stack traces show it. */
  override readonly name = "Snooze";
  /** Milliseconds. */
  readonly delayMs: number;

  /** Asks for another run. @param delay How long to wait. @throws {NuvomError} `NUVOM_DURATION_INVALID` */
  constructor(delay: Duration) {
    super(`again in ${delay}`);
    this.delayMs = parseDuration(delay, "Snooze");
  }
}
