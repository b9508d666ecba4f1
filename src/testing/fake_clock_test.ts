import { assertEquals } from "@std/assert";
import { sleep } from "../core/mod.ts";
import { FakeClock } from "./fake_clock.ts";

Deno.test("FakeClock.advance() fires timers in the order of their times, each at its own", async () => {
  const clock = new FakeClock(0);
  const fired: [string, number][] = [];
  const note = (name: string) => () => void fired.push([name, clock.now()]);
  clock.timer(30, note("c"));
  clock.timer(10, note("a"));
  clock.timer(10, note("b"));
  clock.timer(31, note("d"));
  await clock.advance(30);
  assertEquals(fired, [["a", 10], ["b", 10], ["c", 30]]);
  assertEquals([clock.now(), clock.pending], [30, 1]);
});

Deno.test("FakeClock.advance() fires timers that others start, and runs what they wake", async () => {
  const clock = new FakeClock(0);
  const times: number[] = [];
  const run = async () => {
    for (let round = 0; round < 3; round++) {
      await sleep(clock, 10);
      times.push(clock.now());
    }
  };
  const running = run();
  await clock.advance(25);
  assertEquals(times, [10, 20]);
  await clock.advance(5);
  await running;
  assertEquals(times, [10, 20, 30]);
});

Deno.test("FakeClock.timer() can be cancelled, also by another timer", async () => {
  const clock = new FakeClock();
  let fired = 0;
  const cancel = clock.timer(10, () => fired++);
  clock.timer(5, cancel);
  await clock.advance(100);
  assertEquals([fired, clock.pending], [0, 0]);
});

Deno.test("FakeClock stands still by itself", async () => {
  const clock = new FakeClock();
  let fired = false;
  clock.timer(0, () => fired = true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals([fired, clock.now()], [false, 1_000_000]);
  await clock.advance(0);
  assertEquals(fired, true);
});
