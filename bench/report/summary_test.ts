import { assertEquals } from "@std/assert";
import { quantile, summarize } from "./summary.ts";

Deno.test("summarize() tells median, range and number of runs, in whatever order they came", () => {
  assertEquals(summarize([30, 10, 20, 50, 40]), { median: 30, lowest: 10, highest: 50, runs: 5 });
  assertEquals(summarize([7]), { median: 7, lowest: 7, highest: 7, runs: 1 });
});

Deno.test("quantile() lies between two values by their distance", () => {
  assertEquals(quantile([1, 2], 0.5), 1.5);
  assertEquals(quantile(Array.from({ length: 101 }, (_, index) => 100 - index), 0.99), 99);
});
