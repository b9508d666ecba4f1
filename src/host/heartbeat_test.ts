import { assertEquals } from "@std/assert";
import { FakeClock } from "../testing/fake_clock.ts";
import { Heartbeat } from "./heartbeat.ts";

/** A realm that answers when the test says so. */
class Stage {
  readonly clock = new FakeClock();
  readonly asked: PromiseWithResolvers<void>[] = [];
  readonly silences: number[] = [];
  answers = true;
  readonly heartbeat = new Heartbeat({
    clock: this.clock,
    ping: () => {
      const question = Promise.withResolvers<void>();
      this.asked.push(question);
      if (this.answers) question.resolve();
      return question.promise;
    },
    silent: (ms) => this.silences.push(ms),
  });
}

Deno.test("Heartbeat asks every two seconds, until it is stopped", async () => {
  const stage = new Stage();
  await stage.clock.advance(20_000);
  assertEquals([stage.asked.length, stage.silences], [10, []]);
  stage.heartbeat.stop();
  await stage.clock.advance(20_000);
  assertEquals([stage.asked.length, stage.clock.pending], [10, 0]);
});

Deno.test("Heartbeat takes three misses in a row for silence, and asks one question at a time", async () => {
  const stage = new Stage();
  stage.answers = false;
  await stage.clock.advance(7_999);
  assertEquals([stage.asked.length, stage.silences], [1, []]);
  await stage.clock.advance(1);
  assertEquals(stage.silences, [6_000]);
  await stage.clock.advance(60_000);
  assertEquals([stage.asked.length, stage.silences, stage.clock.pending], [1, [6_000], 0]);
});

Deno.test("Heartbeat forgives a late answer", async () => {
  const stage = new Stage();
  for (let round = 0; round < 5; round++) {
    stage.answers = false;
    await stage.clock.advance(6_000);
    stage.asked.at(-1)!.resolve();
    stage.answers = true;
    await stage.clock.advance(2_000);
  }
  assertEquals(stage.silences, []);
  stage.heartbeat.stop();
});

Deno.test("Heartbeat leaves a realm that is gone alone", async () => {
  const stage = new Stage();
  stage.answers = false;
  await stage.clock.advance(2_000);
  stage.asked[0]!.reject(new Error("gone"));
  await stage.clock.advance(60_000);
  assertEquals([stage.silences, stage.clock.pending], [[], 0]);
});
