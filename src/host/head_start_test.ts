import { assertEquals } from "@std/assert";
import { HeadStart } from "./head_start.ts";
import type { LifeSource } from "./life.ts";

/** A plugin that is ready when the test says so. */
function handPlugin(name: string, told: string[]) {
  const ready = Promise.withResolvers<void>();
  return {
    ready: ready.resolve,
    source: {} as LifeSource,
    plugin: {
      name,
      prepare: () => (told.push(`prepare ${name}`), ready.promise),
      stop: () => (told.push(`stop ${name}`), ready.resolve(), Promise.resolve()),
    },
  };
}

Deno.test("HeadStart makes plugins ready in order, so many at a time", async () => {
  const told: string[] = [];
  const [a, b, c] = ["a", "b", "c"].map((name) => handPlugin(name, told));
  const ahead = new HeadStart([a!, b!, c!], 2);
  assertEquals(told, ["prepare a", "prepare b"]);
  b!.ready();
  await Promise.resolve();
  await Promise.resolve();
  assertEquals(told, ["prepare a", "prepare b", "prepare c"]);
  assertEquals([ahead.take("a"), ahead.take("a"), ahead.take("x")], [a, undefined, undefined]);
  a!.ready();
  await ahead.close();
  assertEquals(told.slice(3), ["stop b", "stop c"]);
});

Deno.test("HeadStart.close() makes nothing more ready", async () => {
  const told: string[] = [];
  const ahead = new HeadStart(["a", "b"].map((name) => handPlugin(name, told)), 1);
  await ahead.close();
  await ahead.close();
  assertEquals(told.filter((line) => line.startsWith("prepare")), ["prepare a"]);
});

Deno.test("HeadStart.close() ends all of them, also where one can't be ended", async () => {
  const told: string[] = [];
  const [a, b] = ["a", "b"].map((name) => handPlugin(name, told));
  const stuck = { ...a!, plugin: { ...a!.plugin, stop: () => Promise.reject(new Error("busy")) } };
  a!.ready();
  await new HeadStart([stuck, b!], 2).close();
  assertEquals(told, ["prepare a", "prepare b", "stop b"]);
});
