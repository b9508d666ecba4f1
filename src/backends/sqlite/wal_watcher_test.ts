import { assertEquals, assertLess } from "@std/assert";
import { Child, OwnQueue, REQUEST, TempFolder } from "./testing.ts";

for (const synchronous of ["NORMAL", "FULL"] as const) {
  Deno.test(`WalWatcher wakes a lease for a job of another process long before it polls (${synchronous})`, async () => {
    await using folder = new TempFolder();
    const path = folder.file("nuvom.db");
    const queue = new OwnQueue({ path, synchronous });
    await using producer = new Child("enqueue_one.ts", path);
    assertEquals(await producer.line(), "open");
    const waiting = queue.lease({ ...REQUEST, waitMs: 20_000 });
    await producer.go();
    assertEquals((await waiting).length, 1);
    const wokenAt = Date.now();
    // A lease that is not woken looks again after 2 seconds.
    assertLess(wokenAt - Number(await producer.line()), 1_000);
    await queue.close();
  });
}
