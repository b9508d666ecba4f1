import { assertEquals } from "@std/assert";
import { LineReader } from "./line_reader.ts";

/** Gives the pieces one by one, then the end. */
function readerOf(...pieces: string[]): LineReader {
  const left = [...pieces];
  return new LineReader((into) => {
    const piece = left.shift();
    if (piece === undefined) return Promise.resolve(null);
    return Promise.resolve(new TextEncoder().encodeInto(piece, into).written);
  });
}

Deno.test("LineReader gives one line at a time, however they arrive", async () => {
  const lines = readerOf("y", "es\nno", "\r\n", "\nüb", "er\n");
  const read = [];
  for (let i = 0; i < 5; i++) read.push(await lines.next());
  assertEquals(read, ["yes", "no", "", "über", null]);
});

Deno.test("LineReader takes a line that was cut off by the end for none", async () => {
  const lines = readerOf("y");
  assertEquals([await lines.next(), await lines.next()], [null, null]);
});
