/** The whole escape list against one kind of realm. @module */

import { ESCAPE_LIST } from "./list.ts";
import type { EscapeProbe } from "./probe.ts";
import type { EscapeTarget } from "./probe_guest.ts";
import { type EscapeReport, runProbe } from "./run_probe.ts";

/** Realms that are open at a time. */
const AT_ONCE = 4;

/**
 * Tells of each probe as it ends, in the order of the list. Every probe has a realm of its own.
 * @throws {NuvomError} when a realm can't be opened.
 */
export async function* tryEscapes(target: EscapeTarget): AsyncGenerator<EscapeReport, void> {
  const running: Promise<EscapeReport>[] = [];
  for (const probe of ESCAPE_LIST) {
    while (running.length >= (watchesTime(probe) ? 1 : AT_ONCE)) yield await running.shift()!;
    const report = runProbe(probe, target);
    // Whoever reads the reports meets its failure in its turn.
    report.catch(() => {});
    running.push(report);
    if (watchesTime(probe)) yield await running.shift()!;
  }
  for (const report of running) yield await report;
}

/** What it sees of time and memory must be its own doing. */
function watchesTime({ measure }: EscapeProbe): boolean {
  return measure === "busy" || measure === "memory" || measure === "flood";
}
