/** Cells for the tests of the report. @module */

import type { Cell } from "../measure_rounds.ts";
import { PEERS } from "../peers.ts";
import { SCENARIOS } from "../scenarios/all.ts";

/** What a cell holds beside its place. */
export type CellContent = Partial<Pick<Cell, "runs" | "note" | "error">>;

/** A cell as it is after all rounds. */
export function cellOf(scenarioId: string, peerId: string, content: CellContent): Cell {
  const scenario = SCENARIOS.find(({ id }) => id === scenarioId)!;
  const peer = PEERS.find(({ id }) => id === peerId)!;
  return { scenario, peer, runs: [], note: null, error: null, spentMs: 0, ...content };
}
