/** Runs one probe in a realm of its own and says whether it was contained. @module */

import { NuvomError, type PermissionSet } from "../../core/mod.ts";
import { permissionCovers } from "../permission_item.ts";
import { judgeBusy, type Judged, judgeExit, judgeFlood, judgeMemory, judgeWays } from "./measures.ts";
import type { EscapeProbe } from "./probe.ts";
import { type EscapeTarget, ProbeGuest } from "./probe_guest.ts";
import { openScene, type Scene } from "./scene.ts";

/**
 * What became of a probe.
 *
 * - `contained`: it came to nothing.
 * - `open`: it led out, and the isolation promises that it does not.
 * - `not promised`: this isolation does not contain it. It was not run.
 * - `granted`: the grant gives what it tries to get. It was not run.
 */
export type EscapeOutcome = "contained" | "open" | "not promised" | "granted";

/** See {@linkcode EscapeOutcome}. */
export interface EscapeReport {
  readonly name: string;
  readonly outcome: EscapeOutcome;
  /** Why; of `open` what led where. */
  readonly detail: string | null;
  /** Ways that were tried. */
  readonly tried: number;
  /** Milliseconds. */
  readonly ms: number;
}

/** Never rejects because of the probe. @throws {NuvomError} when its realm can't be opened. */
export async function runProbe(probe: EscapeProbe, target: EscapeTarget): Promise<EscapeReport> {
  const began = performance.now();
  const report = (outcome: EscapeOutcome, detail: string | null, tried = 0): EscapeReport => ({
    name: probe.name,
    outcome,
    detail,
    tried,
    ms: Math.round(performance.now() - began),
  });
  if (!probe.promisedBy.includes(target.isolation)) {
    return report("not promised", `by isolation = "${target.isolation}"`);
  }
  await using open = await openScene();
  const given = grantOf(probe, target.grant, open.scene);
  if (given !== null) return report("granted", given);
  const { contained, detail, tried } = await judge(probe, target, open.scene);
  const leaks = [...open.seen, ...(polluted() ? ["a property on Object.prototype of the host"] : [])];
  if (leaks.length > 0) return report("open", `the host saw ${leaks.join(", ")}`, tried);
  return report(contained ? "contained" : "open", detail, tried);
}

/** What the plugin's grant gives of what the probe tries to get; null: nothing. */
function grantOf({ forbidden }: EscapeProbe, grant: PermissionSet, scene: Scene): string | null {
  for (const { kind, item } of forbidden?.(scene) ?? []) {
    const scope = grant[kind] ?? [];
    const covers = scope === true ? "all" : scope.find((granted) => permissionCovers(kind, granted, item));
    if (covers !== undefined) return `${kind} ${covers}`;
  }
  return null;
}

async function judge(probe: EscapeProbe, target: EscapeTarget, scene: Scene): Promise<Judged> {
  await using guest = await ProbeGuest.open(probe, target, scene).catch((error) => {
    if (error instanceof NuvomError && error.code === probe.refusedAtLoad) return null;
    throw error;
  });
  if (guest === null) return { contained: true, detail: `refused with ${probe.refusedAtLoad}`, tried: 1 };
  switch (probe.measure) {
    case "ways":
      return await judgeWays(guest);
    case "exit":
      return await judgeExit(guest);
    case "busy":
      return await judgeBusy(guest);
    case "memory":
      return await judgeMemory(guest);
    case "flood":
      return await judgeFlood(guest, probe);
  }
}

function polluted(): boolean {
  return "polluted" in {};
}
