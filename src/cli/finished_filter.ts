/** The options that choose among finished jobs, as a query. @module */

import type { ResultQuery } from "../core/mod.ts";
import type { OptionValues } from "./command.ts";
import type { FINISHED_OPTIONS } from "./options.ts";

/** What was not given is left out. */
export function finishedFilter(
  { task, queue, since }: OptionValues<typeof FINISHED_OPTIONS>,
  now: number,
): Pick<ResultQuery, "task" | "queue" | "since"> {
  return {
    ...(task === undefined ? {} : { task }),
    ...(queue === undefined ? {} : { queue }),
    ...(since === undefined ? {} : { since: now - since }),
  };
}
