import { assertEquals, assertRejects } from "@std/assert";
import { allInOrder } from "./all_in_order.ts";

Deno.test("allInOrder() runs so many at a time and keeps the order of the list", async () => {
  let running = 0;
  let most = 0;
  const results = await allInOrder([5, 1, 4, 2, 3, 0], 2, async (turns) => {
    most = Math.max(most, ++running);
    for (let i = 0; i < turns; i++) await Promise.resolve();
    running--;
    return turns * 10;
  });
  assertEquals([results, most], [[50, 10, 40, 20, 30, 0], 2]);
  assertEquals(await allInOrder([], 2, () => Promise.resolve(1)), []);
});

Deno.test("allInOrder() throws the first error by place, not by time, and starts nothing after it", async () => {
  const started: number[] = [];
  const first = Promise.withResolvers<never>();
  const failing = allInOrder([0, 1, 2, 3, 4], 3, (i) => {
    started.push(i);
    if (i === 0) return first.promise;
    return i === 2 ? Promise.reject(new Error("third")) : Promise.resolve();
  });
  const thrown = assertRejects(() => failing, Error, "first");
  await Promise.resolve().then(() => {});
  first.reject(new Error("first"));
  await thrown;
  assertEquals(started, [0, 1, 2, 3]);
});
