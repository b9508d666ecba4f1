import { assertEquals } from "@std/assert";
import { isAfter, ORDER_NUMBERS, StartGate } from "./start_gate.ts";

Deno.test("StartGate lets nothing begin while it is closed, and says what was begun before", () => {
  const guest = new StartGate();
  const host = new StartGate(guest.buffer);
  assertEquals([guest.pass(3), guest.pass(7)], [true, true]);
  assertEquals([host.close(), host.close()], [7, 7]);
  assertEquals(guest.pass(8), false);
  guest.open(9);
  assertEquals([guest.pass(10), host.close()], [true, 10]);
  assertEquals(new StartGate().close(), 0);
});

Deno.test("isAfter() compares numbers that may have wrapped around", () => {
  assertEquals([isAfter(2, 1), isAfter(1, 1), isAfter(1, 2)], [true, false, false]);
  assertEquals([isAfter(1, ORDER_NUMBERS - 1), isAfter(ORDER_NUMBERS - 1, 1)], [true, false]);
});
