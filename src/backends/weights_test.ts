import { assertEquals } from "@std/assert";
import { sharesOf, takeByWeight } from "./weights.ts";

Deno.test("sharesOf() gives each weight its part, whatever chance says", () => {
  for (const chance of [0, 0.3, 0.5, 0.999999]) {
    assertEquals(sharesOf(40, [3, 1], () => chance), [30, 10]);
    assertEquals(sharesOf(100, [1, 1, 2], () => chance), [25, 25, 50]);
    assertEquals(sharesOf(7, [5], () => chance), [7]);
  }
});

Deno.test("sharesOf() gives away exactly what there is, one by one in proportion", () => {
  const given = [0, 0, 0];
  for (let turn = 0; turn < 6_000; turn++) {
    const shares = sharesOf(1, [3, 2, 1], () => turn / 6_000);
    assertEquals(shares.reduce((sum, share) => sum + share), 1);
    shares.forEach((share, index) => given[index]! += share);
  }
  assertEquals(given.map((count) => Math.round(count / 100)), [30, 20, 10]);
});

Deno.test("takeByWeight() fills up from the others what one queue lacks, each in its order", () => {
  const queues: Record<string, number[]> = { a: [1, 2], b: [10, 11, 12, 13, 14, 15, 16], c: [] };
  const take = (name: string, count: number) => queues[name]!.splice(0, count);
  const taken = takeByWeight(8, new Map([["a", 8], ["b", 1], ["c", 1]]), take);
  assertEquals(taken.toSorted((x, y) => x - y), [1, 2, 10, 11, 12, 13, 14, 15]);
  assertEquals(takeByWeight(8, new Map([["a", 1], ["b", 1]]), take), [16]);
});
