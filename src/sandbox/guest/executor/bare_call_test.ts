import { assertEquals, assertRejects } from "@std/assert";
import { bareCall, soon } from "./bare_call.ts";

Deno.test("bareCall() calls with exactly the arguments", async () => {
  const count = (...args: unknown[]) => args;
  for (const args of [[], [1], [undefined], [1, [2], { then: 3 }]]) {
    assertEquals(await soon(bareCall(count, args)), args);
  }
});

Deno.test("soon() calls in order, and leaves nothing below an error on its stack", async () => {
  const order: number[] = [];
  const calls = [1, 2, 3].map((n) => soon(() => order.push(n)));
  assertEquals(order, []);
  await Promise.all(calls);
  assertEquals(order, [1, 2, 3]);
  const error = await soon(bareCall(function handler() {
    throw new Error("no");
  }, [])).then(() => new Error("it did not throw"), (error: Error) => error);
  // Who awaits it is this test.
  const frames = error.stack!.split("\n").slice(1).filter((line) => !line.includes("at async "));
  assertEquals(frames.length, 1, error.stack);
  await assertRejects(() => soon(bareCall(() => Promise.reject(new Error("later")), [])), Error, "later");
});
