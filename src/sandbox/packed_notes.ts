/**
 * Notes about attempts carry many short texts (arguments, results), and here these travel as one. `JSON.parse` looks up
 * every text of ten characters or less in the engine's table of all such texts and keeps it there: with a hundred
 * thousand different results that costs the host more than all the rest of their reports.
 * @module
 */

import type { Outcome } from "../core/mod.ts";
import type { AttemptOrder, AttemptReport, ExecutorReports } from "./protocol.ts";

type Report = ExecutorReports["executor.report"]["params"];

/** Lengths stand where the texts were. */
interface PackedOrders {
  readonly orders: readonly (readonly [id: string, task: string, attempt: number, length: number])[];
  readonly texts: string;
}

/** A length stands for a success with a result of so many characters. */
type PackedEnd = readonly [id: string, end: number | Outcome, durationMs: number];

interface PackedReport {
  readonly started: readonly string[];
  readonly ended: readonly PackedEnd[];
  readonly texts: string;
}

/** The params of a note as they are sent. */
export function packNote(method: string, params: unknown): unknown {
  if (method === "executor.run") return packOrders(params as readonly AttemptOrder[]);
  if (method === "executor.report") return packReport(params as Report);
  return params;
}

/** The params of a note as they were before {@linkcode packNote}; throws when they can't be that. */
export function unpackNote(method: string, params: unknown): unknown {
  if (method === "executor.run") return unpackOrders(params as PackedOrders);
  if (method === "executor.report") return unpackReport(params as PackedReport);
  return params;
}

function packOrders(orders: readonly AttemptOrder[]): PackedOrders {
  let texts = "";
  const packed = orders.map(([id, task, attempt, args]) => {
    texts += args;
    return [id, task, attempt, args.length] as const;
  });
  return { orders: packed, texts };
}

function unpackOrders({ orders, texts }: PackedOrders): AttemptOrder[] {
  let at = 0;
  return orders.map(([id, task, attempt, length]) => [id, task, attempt, texts.slice(at, at += length)]);
}

function packReport({ started, ended }: Report): PackedReport {
  let texts = "";
  const packed = ended.map(([id, outcome, durationMs]): PackedEnd => {
    if (outcome.kind !== "success" || outcome.result === null) return [id, outcome, durationMs];
    texts += outcome.result;
    return [id, outcome.result.length, durationMs];
  });
  return { started, ended: packed, texts };
}

function unpackReport({ started, ended, texts }: PackedReport): Report {
  let at = 0;
  const unpacked = ended.map(([id, end, durationMs]): AttemptReport => {
    if (typeof end !== "number") return [id, end, durationMs];
    return [id, { kind: "success", result: texts.slice(at, at += end) }, durationMs];
  });
  return { started, ended: unpacked };
}
