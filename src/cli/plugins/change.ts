/** A command's way to a change of the project's plugins. @module */

import type { ChangeParts } from "../../host/mod.ts";
import { atMost } from "../at_most.ts";
import { openProgress, type Progress } from "../progress.ts";
import { firstSignal } from "../project.ts";
import { type SettingsContext, settingsOf } from "../settings.ts";

/** What the work is given. */
export interface Change {
  /** For the operations of the host. */
  readonly parts: ChangeParts;
  /** To be cleared before anything is printed. */
  readonly progress: Progress;
  /** Aborted by a signal, until something is written. */
  readonly signal: AbortSignal;
}

/** How long work that was given up may take to remove its temporary files, in milliseconds. */
const GIVEN_UP_MS = 2_000;

/**
 * A signal gives the work up, and nothing is changed: 130 or 143. When the work writes already, it is done a moment
 * later, and ends as if there had been none. A second signal ends the process at once.
 *
 * @param work Answers the exit code.
 */
export async function withChange(
  context: SettingsContext & { readonly json: boolean },
  work: (change: Change) => Promise<number>,
): Promise<number> {
  const { io, json } = context;
  const settings = settingsOf(context);
  const progress = openProgress(io, json);
  const interrupt = firstSignal(io);
  const over = new AbortController();
  let isWriting = false;
  const parts: ChangeParts = {
    settings,
    clock: io.clock,
    signal: over.signal,
    onProgress(step) {
      // It is asked before each step, so nothing begins after a signal.
      over.signal.throwIfAborted();
      isWriting ||= step.step === "write";
      progress.report(step);
    },
  };
  const working = work({ parts, progress, signal: over.signal });
  working.catch(() => {});
  try {
    const signalled = interrupt.code.then((code) => ({ code }));
    const first = await Promise.race([working, signalled]);
    if (typeof first === "number") return first;
    interrupt.forget();
    if (isWriting) return await working;
    over.abort();
    await atMost(working, GIVEN_UP_MS, io.clock);
    await progress.clear();
    if (!json) io.err.write("Nothing was changed.\n");
    return first.code;
  } finally {
    interrupt.forget();
    await progress.clear();
  }
}
