/** What a handler may know of its job. @module */

import { ambientOrNone, type JobContext } from "./ambient.ts";
import { noJob } from "./errors.ts";

/**
 * The job that the calling handler runs for.
 *
 * @throws {NuvomError} `NUVOM_NO_JOB` outside of a handler.
 *
 * @example
 * ```ts
 * import { jobContext, task } from "nuvom";
 *
 * export const download = task({ name: "download", timeout: "1m" }, async (url: string) => {
 *   const { signal, log } = jobContext();
 *   log.info("downloading", { url });
 *   return (await fetch(url, { signal })).status;
 * });
 * ```
 */
export function jobContext(): JobContext {
  const job = ambientOrNone()?.job();
  if (job === undefined) throw noJob();
  return job;
}
