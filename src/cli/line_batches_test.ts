import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Clock, NuvomError } from "../core/mod.ts";
import { lineBatches } from "./line_batches.ts";

/** Time that passes only when it is told to. */
function fakeClock(): Clock & { pass(): void } {
  const timers = new Set<() => void>();
  return {
    now: () => 0,
    monotonic: () => 0,
    timer(_ms, fn) {
      timers.add(fn);
      return () => timers.delete(fn);
    },
    pass: () => timers.forEach((fn) => fn()),
  };
}

function options(size = 2, longest = 100, clock = fakeClock()) {
  return { size, idleMs: 50, longest, clock };
}

function stream(...chunks: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return ReadableStream.from(chunks.map((chunk) => typeof chunk === "string" ? encoder.encode(chunk) : chunk));
}

async function gathered(input: ReadableStream<Uint8Array>, size?: number, longest?: number) {
  const batches = await Array.fromAsync(lineBatches(input, options(size, longest)));
  return batches.map((batch) => batch.map(({ number, text }) => `${number}:${text}`));
}

Deno.test("lineBatches() hands out batches of at most size lines, numbered, without empty ones", async () => {
  assertEquals(await gathered(stream("a\n\nb\n", " \nc\nd")), [["1:a", "3:b"], ["5:c", "6:d"]]);
  assertEquals(await gathered(stream("a\r\nb\n")), [["1:a\r", "2:b"]]);
  assertEquals(await gathered(stream()), []);
});

Deno.test("lineBatches() joins lines and characters that come in pieces", async () => {
  const [first, second] = [new Uint8Array([0xc3]), new Uint8Array([0xa9, 0x0a])];
  assertEquals(await gathered(stream("a", "b", first, second)), [["1:abé"]]);
});

Deno.test("lineBatches() does not keep lines back while nothing more arrives", async () => {
  const clock = fakeClock();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const batches = lineBatches(readable, options(10, 100, clock));
  void writer.write(new TextEncoder().encode("a\nb\nunfinished"));
  const first = batches.next();
  let batch: unknown;
  void first.then(({ value }) => batch = value);
  while (batch === undefined) {
    await new Promise((resolve) => setTimeout(resolve));
    clock.pass();
  }
  assertEquals(batch, [{ number: 1, text: "a" }, { number: 2, text: "b" }]);
  void writer.close();
  assertEquals((await batches.next()).value, [{ number: 3, text: "unfinished" }]);
});

Deno.test("lineBatches() refuses a line that is too long before it has ended", async () => {
  const error = await assertRejects(() => gathered(stream("ok\n", "x".repeat(60), "x".repeat(60)), 2, 100), NuvomError);
  assertStringIncludes(error.message, "Line 2 is longer than 100 characters.");
  await assertRejects(() => gathered(stream(`${"x".repeat(101)}\n`), 2, 100), NuvomError, "Line 1 is longer");
});

Deno.test("lineBatches() refuses what is not UTF-8, and a stream that fails", async () => {
  const error = await assertRejects(() => gathered(stream(new Uint8Array([0xff, 0x0a]))), NuvomError);
  assertEquals(error.code, "NUVOM_ENQUEUE_READ");
  const failing = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("gone.")) });
  await assertRejects(() => gathered(failing), NuvomError, "The lines can't be read: gone.");
});
