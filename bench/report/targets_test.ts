import { assertEquals } from "@std/assert";
import { Figures } from "./figures.ts";
import { type Target, targets, verdict } from "./targets.ts";
import { cellOf } from "./testing.ts";

const TARGET: Target = {
  scenario: "C1",
  what: "NORMAL",
  unit: "x",
  measured: 3,
  must: 2,
  aim: 4,
  better: "more",
};

Deno.test("verdict() tells the aim from the must, in both directions", () => {
  assertEquals(verdict(TARGET), "must");
  assertEquals(verdict({ ...TARGET, measured: 4 }), "aim");
  assertEquals(verdict({ ...TARGET, measured: 1.9 }), "missed");
  assertEquals(verdict({ ...TARGET, must: null }), "missed");
  assertEquals(verdict({ ...TARGET, better: "less", must: 3, aim: 1 }), "must");
  assertEquals(verdict({ ...TARGET, measured: null }), "not measured");
});

Deno.test("targets() divides medians, and takes the best of the peers for D", () => {
  const cells = [
    cellOf("C1", "nuvom", { runs: [[60], [10], [50]] }),
    cellOf("C1", "plainjob", { runs: [[10]] }),
    cellOf("D", "nuvom", { runs: [[30]] }),
    cellOf("D", "bullmq", { runs: [[5]] }),
    cellOf("D", "pg-boss", { runs: [[10]] }),
  ];
  const measured = targets(new Figures(cells)).filter((target) => target.measured !== null);
  assertEquals(measured.map(({ scenario, what, measured }) => [scenario, what, measured]), [
    ["C1", "NORMAL, against plainjob", 5],
    ["C1", "NORMAL", 50],
    ["D", "against the best peer", 3],
    ["D", "NORMAL", 30],
  ]);
});
