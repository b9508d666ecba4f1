import { assertEquals, assertThrows } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { weightedQueues } from "./weighted_queues.ts";

Deno.test("weightedQueues() reads names, with weights where one has any", () => {
  assertEquals(weightedQueues(["a", "b"]), { queues: ["a", "b"] });
  assertEquals(weightedQueues(["a=3", "b", "c=1000"]), { queues: ["a", "b", "c"], weights: [3, 1, 1000] });
});

Deno.test("weightedQueues() refuses what is no weight or no name", () => {
  for (const item of ["a=", "a=0", "a=-1", "a=1.5", "a=1001", "a=x", "a=1=2", "=1", "a b"]) {
    assertEquals(assertThrows(() => weightedQueues([item]), NuvomError).exitCode, 2, item);
  }
});
