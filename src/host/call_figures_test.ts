import { assert, assertEquals } from "@std/assert";
import { CallFigures } from "./call_figures.ts";

Deno.test("CallFigures counts every call, and measures those that wait for nothing", () => {
  const figures = new CallFigures();
  assertEquals([figures.calls, figures.p99Ms], [0, null]);
  figures.begin(true)();
  assertEquals([figures.calls, figures.p99Ms], [1, null]);
  for (let i = 0; i < 2_500; i++) figures.begin(false)();
  assertEquals(figures.calls, 2_501);
  assert(figures.p99Ms! >= 0 && figures.p99Ms! < 100);
});
