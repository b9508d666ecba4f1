import { assertEquals, assertRejects } from "@std/assert";
import { exclusively } from "./exclusively.ts";

Deno.test("exclusively() lets one in after the other, and gives up when its time is over", async () => {
  const folder = await Deno.makeTempDir({ prefix: "nuvom-test-" });
  const path = `${folder}/.nuvom/changing`;
  const busy = () => new Error("busy");
  try {
    const heard: string[] = [];
    const inside = Promise.withResolvers<void>();
    const leave = Promise.withResolvers<void>();
    const first = exclusively(path, 1_000, busy, async () => {
      inside.resolve();
      await leave.promise;
      heard.push("first");
    });
    await inside.promise;
    await assertRejects(() => exclusively(path, 30, busy, () => Promise.resolve()), Error, "busy");
    const second = exclusively(path, 10_000, busy, () => Promise.resolve(heard.push("second")));
    leave.resolve();
    await Promise.all([first, second]);
    assertEquals(heard, ["first", "second"]);
    // Also when the work fails.
    await assertRejects(() => exclusively(path, 30, busy, () => Promise.reject(new Error("mine"))), Error, "mine");
    assertEquals(await exclusively(path, 30, busy, () => Promise.resolve(1)), 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
