import { assert, assertEquals } from "@std/assert";
import { RestartBudget } from "./restart_budget.ts";

Deno.test("RestartBudget.crashed() doubles the bound of the pause with each crash, up to 30 s, with full jitter", () => {
  const longest = new RestartBudget({ max: 100, withinMs: 60_000 }, () => 1);
  const pauses = Array.from({ length: 10 }, () => longest.crashed(0, 0));
  assertEquals(pauses, [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
  const jittered = new RestartBudget({ max: 100, withinMs: 60_000 }, Math.random);
  for (let i = 0; i < 50; i++) {
    const pause = jittered.crashed(0, 0)!;
    assert(pause >= 0 && pause <= Math.min(30_000, 200 * 2 ** i));
  }
});

Deno.test("RestartBudget.crashed() allows so many restarts in the time, and counts anew once crashes are old", () => {
  const budget = new RestartBudget({ max: 2, withinMs: 1_000 }, () => 1);
  assertEquals([budget.crashed(0, 0), budget.crashed(900, 100), budget.crashed(1_000, 100)], [200, 400, 400]);
  assertEquals(budget.crashed(1_100, 100), null);
});

Deno.test("RestartBudget.crashed() once it is spent, one crash is too many until the plugin was stable", () => {
  const budget = new RestartBudget({ max: 1, withinMs: 1_000 }, () => 1);
  assertEquals([budget.crashed(0, 0), budget.crashed(10, 10)], [200, null]);
  assertEquals(budget.crashed(60_000, 999), null);
  assertEquals(budget.crashed(70_000, 1_000), 200);
  assertEquals(new RestartBudget({ max: 0, withinMs: 1_000 }, () => 1).crashed(0, 5_000), null);
});
