/** What became of each of several jobs, as commands show it. @module */

import type { CommandContext } from "./command.ts";
import { printJson } from "./print.ts";
import { printableLine } from "./text.ts";

/** How a status is told. */
export interface StatusText {
  /** What stands behind the id. */
  readonly text: string;
  /** What the command ends with; the greatest counts. */
  readonly code: 0 | 1 | 4;
}

/** Prints a line for each job; answers the exit code. */
export function printJobStatuses<S extends string>(
  { io, json }: Pick<CommandContext, "io" | "json">,
  ids: readonly string[],
  statuses: readonly S[],
  texts: Readonly<Record<S, StatusText>>,
): number {
  if (json) printJson(io, ids.map((id, index) => ({ id, status: statuses[index] })));
  else {
    ids.forEach((id, index) => {
      const { text, code } = texts[statuses[index]!];
      (code === 0 ? io.out : io.err).write(`Job ${printableLine(id)} ${text}.\n`);
    });
  }
  return Math.max(...statuses.map((status) => texts[status].code));
}
