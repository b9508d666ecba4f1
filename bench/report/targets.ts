/** What nuvom must reach, and what it aims at, against what was measured in the same run. @module */

import type { Figures } from "./figures.ts";

/** One line of the table. */
export interface Target {
  readonly scenario: string;
  readonly what: string;
  readonly unit: "x" | "jobs/s" | "ms" | "s";
  /** Null where something of it was not measured. */
  readonly measured: number | null;
  readonly must: number | null;
  readonly aim: number | null;
  readonly better: "more" | "less";
}

/** Reached: the aim, only the must, or neither. */
export type Verdict = "aim" | "must" | "missed" | "not measured";

const PEERS_WITH_RETRIES = ["bullmq", "bullmq-always", "graphile", "graphile-single", "pg-boss"];

/** In the order of the table. */
export function targets(figures: Figures): Target[] {
  const nuvom = (scenario: string, figure = 0) => figures.median(scenario, "nuvom", figure);
  const ratio = (scenario: string, mine: string, theirs: string) =>
    divided(figures.median(scenario, mine), figures.median(scenario, theirs));
  const more = { better: "more" } as const;
  const less = { better: "less" } as const;
  const drains = ["C1", "C2"].flatMap((scenario): Target[] => [
    row(scenario, "NORMAL, against plainjob", "x", ratio(scenario, "nuvom", "plainjob"), 3, null, more),
    row(scenario, "NORMAL, against BullMQ (everysec)", "x", ratio(scenario, "nuvom", "bullmq"), 2.5, null, more),
    row(scenario, "NORMAL", "jobs/s", nuvom(scenario), null, 60_000, more),
    row(scenario, "FULL, against plainjob", "x", ratio(scenario, "nuvom-full", "plainjob"), 2, null, more),
    row(scenario, "FULL", "jobs/s", figures.median(scenario, "nuvom-full"), null, 40_000, more),
    row(scenario, "NORMAL, share of the bare loop", "x", ratio(scenario, "nuvom", "bare"), 0.3, 0.5, more),
  ]);
  const bestRetries = Math.max(...PEERS_WITH_RETRIES.map((peer) => figures.median("D", peer) ?? 0)) || null;
  return [
    ...drains,
    row("C", "the large drain against the small one", "x", divided(nuvom("C2"), nuvom("C1")), 0.9, null, more),
    row("A", "share of the bare insert", "x", ratio("A", "nuvom", "bare"), 0.7, 0.9, more),
    row("B", "share of the bare insert", "x", ratio("B", "nuvom", "bare"), 0.7, 0.9, more),
    row("D", "against the best peer", "x", divided(nuvom("D"), bestRetries), 2, null, more),
    row("D", "NORMAL", "jobs/s", nuvom("D"), null, 20_000, more),
    row("E1", "p50 in one process", "ms", nuvom("E1"), 1, 0.3, less),
    row("E2", "p50 across processes", "ms", nuvom("E2"), 5, 3, less),
    row("F", "CPU of an idle worker", "s", nuvom("F"), 0.1, 0.02, less),
    row("H1", "against C1", "x", divided(nuvom("H1"), nuvom("C1")), 0.9, null, more),
    row("H2", "against C2", "x", divided(nuvom("H2"), nuvom("C2")), 0.9, null, more),
    row("I", "rescue after a kill", "s", nuvom("I"), 10, 3, less),
  ];
}

/** What came of it. */
export function verdict({ measured, must, aim, better }: Target): Verdict {
  if (measured === null) return "not measured";
  const reached = (goal: number) => better === "more" ? measured >= goal : measured <= goal;
  if (aim !== null && reached(aim)) return "aim";
  if (must === null) return "missed";
  return reached(must) ? "must" : "missed";
}

function row(
  scenario: string,
  what: string,
  unit: Target["unit"],
  measured: number | null,
  must: number | null,
  aim: number | null,
  { better }: Pick<Target, "better">,
): Target {
  return { scenario, what, unit, measured, must, aim, better };
}

function divided(mine: number | null, theirs: number | null): number | null {
  return mine === null || theirs === null ? null : mine / theirs;
}
