/** Rounds of measurements: every scenario with every peer, then all again, so that a bad minute hits all alike. @module */

import { NotWaitedFor, type Scenario, type Sizes } from "./scenarios/scenario.ts";
import type { Packages } from "./harness/packages.ts";
import { isOwn, type Peer } from "./peers.ts";

/** What came of one scenario with one peer: a list of runs, each with a number for each figure. */
export interface Cell {
  readonly scenario: Scenario;
  readonly peer: Peer;
  readonly runs: (readonly number[])[];
  /** What stands in place of figures: why it can't, or what it says of itself. */
  note: string | null;
  /** Of a run that failed. */
  error: string | null;
  spentMs: number;
}

/** What is measured, and how often. */
export interface Rounds {
  readonly scenarios: readonly Scenario[];
  readonly peers: readonly Peer[];
  readonly sizes: Sizes;
  readonly rounds: number;
  /** A scenario that has taken a peer so long is not run again with it: slow peers would take hours. */
  readonly peerBudgetMs: number;
  readonly packages: Packages;
  say(line: string): void;
}

/** One after another, never two at a time. */
export async function measureRounds(options: Rounds): Promise<Cell[]> {
  const { scenarios, peers, rounds } = options;
  const cells = scenarios.flatMap((scenario) => peers.map((peer) => newCell(scenario, peer)));
  for (let round = 1; round <= rounds; round++) {
    for (const cell of cells) {
      if (!isOver(cell, options.peerBudgetMs)) await measure(cell, options, round);
    }
  }
  return cells;
}

function isOver({ scenario, peer, runs, note, error, spentMs }: Cell, peerBudgetMs: number): boolean {
  if (note !== null || error !== null) return true;
  return !isOwn(peer) && (runs.length >= (scenario.peerRuns ?? Infinity) || spentMs >= peerBudgetMs);
}

function newCell(scenario: Scenario, peer: Peer): Cell {
  return { scenario, peer, runs: [], note: peer.cannot[scenario.id] ?? null, error: null, spentMs: 0 };
}

async function measure(cell: Cell, { packages, sizes, say }: Rounds, round: number): Promise<void> {
  const { scenario, peer } = cell;
  const started = performance.now();
  try {
    const figures = await scenario.measure({ peer, packages, sizes });
    cell.runs.push(figures);
    const shown = figures.map((value, index) => `${value.toPrecision(4)} ${scenario.figures[index]!.unit}`).join(", ");
    say(`${round}  ${scenario.id.padEnd(4)} ${peer.id.padEnd(15)} ${shown}`);
  } catch (error) {
    if (error instanceof NotWaitedFor) cell.note = error.message;
    else {say(
        `${round}  ${scenario.id.padEnd(4)} ${peer.id.padEnd(15)} failed: ${cell.error = (error as Error).message}`,
      );}
  }
  cell.spentMs += performance.now() - started;
}
