/** A job that was enqueued. @module */

import { type Duration, fromErrorData, NuvomError, parseDuration } from "../core/mod.ts";
import { ambient } from "./ambient.ts";
import { resultTimeout } from "./errors.ts";

/** How long one question to the host may take; longer waits ask again. */
const WAIT_STEP_MS = 20_000;

/** Made by `task.delay`. */
export class JobHandle<R> {
  /** For `nuvom status`, or to look for it later. */
  readonly id: string;

  /** A handle of a job that was enqueued, here or elsewhere. @param id Of the job. */
  constructor(id: string) {
    this.id = id;
  }

  /**
   * Waits for the job's end.
   *
   * A handler that waits for another job keeps its own place in a worker meanwhile. Where all places are taken by such
   * handlers, the jobs that they wait for never begin: give those a queue and a worker of their own, or more concurrency
   * than there are handlers that wait, or have the last job enqueue what follows instead of waiting.
   *
   * @param options `timeout`: how long at most. @default 5 minutes
   * @returns What the handler returned; undefined when it returned nothing or results of the task are not kept.
   * @throws {NuvomError} `NUVOM_RESULT_TIMEOUT`; the job's own error when it failed or was cancelled.
   *
   * @example
   * ```ts no-eval
   * import { task } from "nuvom";
   *
   * const add = task({ name: "add" }, (a: number, b: number) => a + b);
   * const job = await add.delay(5, 7);
   * console.log(await job.result({ timeout: "10s" }));
   * ```
   */
  async result(options: { readonly timeout?: Duration } = {}): Promise<R> {
    const timeoutMs = parseDuration(options.timeout ?? "5m", "the timeout of result()");
    const until = performance.now() + timeoutMs;
    while (true) {
      const left = Math.max(0, until - performance.now());
      const answer = await ambient().wait(this.id, Math.min(left, WAIT_STEP_MS));
      if (answer?.state === "SUCCESS") return (answer.result === null ? undefined : JSON.parse(answer.result)) as R;
      if (answer !== null) throw answer.error === null ? unexplained(this.id) : fromErrorData(answer.error);
      if (left <= WAIT_STEP_MS) throw resultTimeout(this.id, timeoutMs);
    }
  }
}

function unexplained(id: string): NuvomError {
  return new NuvomError("NUVOM_JOB_FAILED", { what: `Job ${id} failed without an error that was kept.` });
}
