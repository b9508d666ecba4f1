import { assertEquals, assertLess } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Child, OwnQueue, REQUEST, TempFolder, withQueue } from "./testing.ts";

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

Deno.test("SqliteStore.wake rings for writes of another connection, and not for its own", () =>
  withQueue(async (queue, _clock, path) => {
    let rings = 0;
    const rung = Promise.withResolvers<void>();
    queue.sqlite.wake.ring = () => void (rings++, rung.resolve());
    // There is no log before the first look.
    await queue.qsize();
    assertEquals(queue.sqlite.watch(), true);
    const events = Deno.watchFs(`${path}-wal`, { recursive: false });
    await queue.pause("a");
    await queue.pause("b");
    for await (const _ of events) break;
    // The first of the looks that follow an event.
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(rings, 0);
    const other = new DatabaseSync(path);
    other.exec("INSERT INTO paused_queues VALUES ('c')");
    other.close();
    await rung.promise;
  }));
