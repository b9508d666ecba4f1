import { assertEquals } from "@std/assert";
import { isAfter, ORDER_NUMBERS, StartGate } from "./start_gate.ts";

Deno.test("StartGate lets nothing begin while it is closed, and says what was begun before", () => {
  const guest = new StartGate();
  const host = new StartGate(guest.buffer);
  assertEquals([guest.pass(3), guest.pass(7)], [true, true]);
  assertEquals([host.close(), guest.pass(8)], [{ begun: 7, recall: 1 }, false]);
  guest.open(9, 1);
  assertEquals([guest.pass(10), host.close()], [true, { begun: 10, recall: 2 }]);
  assertEquals(new StartGate().close(), { begun: 0, recall: 1 });
});

Deno.test("StartGate.open() opens only after the latest recall", () => {
  const guest = new StartGate();
  const host = new StartGate(guest.buffer);
  guest.pass(1);
  assertEquals([host.close(), host.close()], [{ begun: 1, recall: 1 }, { begun: 1, recall: 2 }]);
  guest.open(5, 1);
  assertEquals(guest.pass(6), false);
  guest.open(6, 2);
  assertEquals(guest.pass(7), true);
});

Deno.test("isAfter() compares numbers that may have wrapped around", () => {
  assertEquals([isAfter(2, 1), isAfter(1, 1), isAfter(1, 2)], [true, false, false]);
  assertEquals([isAfter(1, ORDER_NUMBERS - 1), isAfter(ORDER_NUMBERS - 1, 1)], [true, false]);
});
