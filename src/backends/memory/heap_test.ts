import { assertEquals, assertLess } from "@std/assert";
import { Heap } from "./heap.ts";

/** The same numbers from 0 to 1 in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Item {
  readonly key: number;
  live: boolean;
}

function heapOfItems(): Heap<Item> {
  return new Heap<Item>((a, b) => a.key < b.key, ({ live }) => live);
}

function drain(heap: Heap<Item>): number[] {
  const keys: number[] = [];
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) keys.push(item.key);
  return keys;
}

Deno.test("Heap gives out items in order, whatever order they came in", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = numbers(seed);
    const heap = heapOfItems();
    const keys = Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() * 100));
    for (const key of keys) heap.push({ key, live: true });
    assertEquals(drain(heap), keys.toSorted((a, b) => a - b), `seed ${seed}`);
  }
});

Deno.test("Heap gives out the smallest live item while others come, go and die", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = numbers(seed);
    const heap = heapOfItems();
    let model: Item[] = [];
    for (let step = 0; step < 600; step++) {
      const act = random();
      if (act < 0.55) {
        const item = { key: random(), live: true };
        heap.push(item);
        model.push(item);
      } else if (act < 0.8 && model.length > 0) {
        model.splice(Math.floor(random() * model.length), 1)[0]!.live = false;
      } else {
        const least = model.toSorted((a, b) => a.key - b.key)[0];
        assertEquals(heap.peek(), least, `seed ${seed}, step ${step}`);
        assertEquals(heap.pop(), least);
        model = model.filter((item) => item !== least);
      }
    }
    assertEquals(drain(heap), model.map(({ key }) => key).sort((a, b) => a - b), `seed ${seed}`);
  }
});

Deno.test("Heap is empty after the last item, also of dead ones", () => {
  const heap = heapOfItems();
  assertEquals([heap.pop(), heap.peek()], [undefined, undefined]);
  heap.push({ key: 1, live: false });
  assertEquals([heap.pop(), heap.size], [undefined, 0]);
});

Deno.test("Heap forgets dead items that never reach its top", () => {
  const heap = heapOfItems();
  heap.push({ key: 0, live: true });
  for (let key = 1; key <= 10_000; key++) heap.push({ key, live: false });
  assertLess(heap.size, 200);
  assertEquals(drain(heap), [0]);
});
