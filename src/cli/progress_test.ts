import { assertEquals } from "@std/assert";
import { FakeClock } from "../testing/mod.ts";
import { openProgress } from "./progress.ts";
import { TestIo } from "./testing.ts";

const URL = "https://example.com/a/long/way/to/mod.ts";

function at(done: number, what = URL) {
  return { step: "fetch", what, done, known: 40, bytes: done * 1_000 } as const;
}

Deno.test("openProgress() writes one line over and over, no wider than the terminal, and leaves nothing behind", async () => {
  const clock = new FakeClock();
  const io = new TestIo({ columns: 50, clock });
  const progress = openProgress(io, false);
  progress.clear();
  assertEquals(io.err.text, "");
  progress.report(at(1));
  assertEquals(io.err.text, "\rFetching 1 of 40 modules, 1000 B  https://exam…");
  io.err.text = "";
  await clock.advance(100);
  progress.report(at(2, "x"));
  assertEquals(io.err.text, `\rFetching 2 of 40 modules, 2 KiB  x${" ".repeat(13)}`);
  io.err.text = "";
  progress.clear();
  assertEquals([io.err.text, io.out.text], [`\r${" ".repeat(36)}\r`, ""]);
});

Deno.test("clear() waits until its terminal has taken all of it", async () => {
  const io = new TestIo({ columns: 50 });
  let taken = "";
  io.err.flush = () => Promise.resolve().then(() => void (taken = io.err.text));
  const progress = openProgress(io, false);
  progress.report(at(1));
  await progress.clear();
  assertEquals([taken.at(-1), taken], ["\r", io.err.text]);
});

Deno.test("openProgress() reports no more than ten times a second", async () => {
  const clock = new FakeClock();
  const io = new TestIo({ clock });
  const progress = openProgress(io, true);
  for (let done = 0; done < 40; done++) {
    progress.report(at(done));
    await clock.advance(10);
  }
  const lines = io.out.text.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.map(({ done }) => done), [0, 10, 20, 30]);
  assertEquals(lines[1], { event: "progress", ...at(10) });
  assertEquals(io.err.text, "");
});

Deno.test("openProgress() is silent where there is neither a terminal nor a program", () => {
  const io = new TestIo();
  const progress = openProgress(io, false);
  progress.report(at(1));
  progress.clear();
  assertEquals([io.out.text, io.err.text], ["", ""]);
});
