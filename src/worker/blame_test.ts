import { assertEquals } from "@std/assert";
import { leasedJob as job } from "../testing/leased_job.ts";
import { Attempt } from "./attempt.ts";
import { blame, type ExecutorEnd } from "./blame.ts";

/** Attempts `a`, `b`, … in the order of their start. */
function attempts(count: number): Attempt[] {
  return Array.from({ length: count }, (_, i) => {
    const attempt = new Attempt(job("abcdef"[i]!), 0);
    attempt.start(0, i + 1);
    return attempt;
  });
}

function sorted(started: Attempt[], end: Partial<ExecutorEnd>): [string, string, string] {
  const { guilty, suspects, innocent } = blame({
    reason: "crashed",
    overdue: new Set(),
    responsive: true,
    started,
    ...end,
  });
  const ids = (list: readonly Attempt[]) => list.map(({ job }) => job.id).join("");
  return [ids(guilty), ids(suspects), ids(innocent)];
}

Deno.test("blame() finds the only attempt guilty", () => {
  assertEquals(sorted(attempts(1), {}), ["a", "", ""]);
  assertEquals(sorted(attempts(1), { reason: "memory" }), ["a", "", ""]);
  assertEquals(sorted(attempts(1), { reason: "timeout", responsive: false }), ["a", "", ""]);
});

Deno.test("blame() suspects all attempts of a crash, the last started first", () => {
  assertEquals(sorted(attempts(3), {}), ["", "cba", ""]);
  assertEquals(sorted(attempts(3), { reason: "memory" }), ["", "cba", ""]);
});

Deno.test("blame() finds those guilty that ignored their signal while the loop was running", () => {
  const started = attempts(3);
  assertEquals(sorted(started, { reason: "timeout", overdue: new Set([started[1]!]) }), ["b", "", "ac"]);
});

Deno.test("blame() suspects all attempts of a blocked loop, the overdue first", () => {
  const started = attempts(4);
  const overdue = new Set([started[0]!, started[1]!]);
  assertEquals(sorted(started, { reason: "timeout", responsive: false, overdue }), ["", "badc", ""]);
});

Deno.test("blame() ends cancelled attempts whoever is guilty", () => {
  const started = attempts(3);
  started[0]!.stop("cancelled", 0);
  assertEquals(sorted(started, {}), ["a", "cb", ""]);
});

Deno.test("blame() finds nobody guilty when the worker ended the executor", () => {
  assertEquals(sorted(attempts(2), { reason: "stopped" }), ["", "", "ab"]);
});
