/** The consent to what can't be undone. @module */

import { confirm } from "./ask.ts";
import { usage } from "./errors.ts";
import type { Io } from "./io.ts";

/**
 * Whether it may be done: by `--yes`, or by the answer of someone at the terminal.
 *
 * @throws {NuvomError} `NUVOM_CLI_CONSENT` where there is nobody to ask.
 */
export async function agreed(io: Io, yes: boolean, question: string, signal: AbortSignal): Promise<boolean> {
  if (yes) return true;
  if (io.canAsk) return await confirm(io, question, signal);
  throw usage("NUVOM_CLI_CONSENT", "This can't be undone, and there is no terminal to ask at.", "Say --yes.");
}
