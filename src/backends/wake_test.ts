import { assertEquals } from "@std/assert";
import { FakeClock } from "../testing/mod.ts";
import { Wake } from "./wake.ts";

Deno.test("Wake.ring() wakes all that wait, and nobody later", async () => {
  const clock = new FakeClock();
  const wake = new Wake();
  const woken: string[] = [];
  const wait = (name: string) => wake.wait(clock, 1_000).then(() => void woken.push(name));
  wait("a");
  wait("b");
  wake.ring();
  wait("c");
  await clock.advance(10);
  assertEquals([woken, clock.pending], [["a", "b"], 1]);
  await clock.advance(990);
  assertEquals([woken, clock.pending], [["a", "b", "c"], 0]);
});

Deno.test("Wake.wait() ends with its signal, also one that was aborted before", async () => {
  const clock = new FakeClock();
  const wake = new Wake();
  const stop = new AbortController();
  const waiting = wake.wait(clock, 1_000, stop.signal);
  stop.abort();
  await waiting;
  await wake.wait(clock, 1_000, stop.signal);
  assertEquals(clock.pending, 0);
});
