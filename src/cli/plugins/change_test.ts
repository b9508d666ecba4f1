import { assertEquals, assertThrows } from "@std/assert";
import { systemClock } from "../../core/mod.ts";
import { TestIo } from "../testing.ts";
import { withChange } from "./change.ts";

const STEP = { what: "x", done: 0, known: 1, bytes: 0 } as const;

/** A clock on which nothing is waited for. */
const AT_ONCE = { ...systemClock, timer: (_ms: number, fn: () => void) => (queueMicrotask(fn), () => {}) };

Deno.test("withChange() answers what the work answers, and listens to signals no more", async () => {
  const io = new TestIo();
  assertEquals(await withChange({ io, flags: {}, json: false }, () => Promise.resolve(7)), 7);
  assertEquals([io.raise("SIGINT"), io.err.text], [0, ""]);
});

Deno.test("withChange() gives the work up at a signal: no further step begins", async () => {
  for (const [signal, expected] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    const io = new TestIo({ clock: AT_ONCE });
    const gone = Promise.withResolvers<void>();
    const code = await withChange({ io, flags: {}, json: false }, async ({ parts, signal: over }) => {
      parts.onProgress!({ step: "fetch", ...STEP });
      io.raise(signal);
      await new Promise((resolve) => over.addEventListener("abort", resolve));
      assertThrows(() => parts.onProgress!({ step: "write", ...STEP }), DOMException);
      gone.resolve();
      return await new Promise(() => {});
    });
    await gone.promise;
    assertEquals([code, io.err.text, io.raise(signal)], [expected, "Nothing was changed.\n", 0]);
  }
});

Deno.test("withChange() waits for work that writes already, whatever comes meanwhile", async () => {
  const io = new TestIo({ clock: AT_ONCE });
  const code = await withChange({ io, flags: {}, json: false }, async ({ parts, signal }) => {
    parts.onProgress!({ step: "write", ...STEP });
    io.raise("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(signal.aborted, false);
    return 0;
  });
  assertEquals([code, io.err.text], [0, ""]);
});
