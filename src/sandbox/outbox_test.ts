import { assert, assertEquals } from "@std/assert";
import { costOf, MAX_WAITING, MAX_WAITING_SIZE, Outbox, Taken, WINDOW } from "./outbox.ts";

/** An outbox whose other side takes nothing until the test says so. */
function blocked() {
  const sent: string[] = [];
  const outbox = new Outbox((text) => void sent.push(text));
  outbox.post("x".repeat(WINDOW));
  return { outbox, sent };
}

Deno.test("Outbox sends in order, as far as there is credit", () => {
  const { outbox, sent } = blocked();
  const told: string[] = [];
  for (const text of ["a", "b", "c"]) outbox.post(text, () => void told.push(text));
  assertEquals([sent.length, outbox.open, outbox.room], [1, false, true]);
  outbox.granted(costOf(sent[0]!) - WINDOW + 1);
  assertEquals(sent.length, 2);
  outbox.granted(WINDOW);
  assertEquals(sent.slice(1), ["a", "b", "c"]);
  assertEquals(told, ["a", "b", "c"]);
  assert(outbox.open);
});

Deno.test("Outbox has no room above its limits, and again when what waited is sent", () => {
  for (const [count, text] of [[MAX_WAITING, "a"], [8, "y".repeat(MAX_WAITING_SIZE / 8)]] as const) {
    const { outbox, sent } = blocked();
    for (let i = 0; i < count; i++) {
      assert(outbox.room);
      outbox.post(text);
    }
    assert(!outbox.room);
    for (let i = 0; i < 10; i++) outbox.granted(WINDOW);
    assertEquals(sent.length, count + 1);
    assert(outbox.room && outbox.open);
  }
});

Deno.test("Outbox lets nobody have more credit than there is", () => {
  const { outbox, sent } = blocked();
  outbox.granted(Number.MAX_SAFE_INTEGER);
  for (let i = 0; i < 100; i++) outbox.post("z".repeat(WINDOW / 4));
  assert(sent.length <= 6, `${sent.length}`);
});

Deno.test("Taken grants everything that it counted, a good part of the window at a time", () => {
  const taken = new Taken();
  const text = "x".repeat(100_000);
  let granted = 0;
  let grants = 0;
  for (let i = 0; i < 1_000; i++) {
    const grant = taken.count(text);
    granted += grant;
    if (grant > 0) grants++;
  }
  assert(granted > 1_000 * costOf(text) - WINDOW / 2);
  assert(grants < 40, `${grants}`);
});
