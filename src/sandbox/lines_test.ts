import { assert, assertEquals } from "@std/assert";
import { cleanLine, MAX_LINE, readLines } from "./lines.ts";

Deno.test("cleanLine() takes out control and escape sequences", () => {
  assertEquals(cleanLine("\u001b[31mred\u001b[0m\u001b]0;title\u0007 a\tb\rc\u0000\u009b"), "red a\tbc");
  assertEquals(cleanLine("\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\ kept \u0007"), "link kept ");
});

Deno.test("cleanLine() cuts long lines", () => {
  assertEquals(cleanLine("x".repeat(MAX_LINE + 5)).length, MAX_LINE + 1);
});

Deno.test("cleanLine() takes no time over what is made to take it", () => {
  const hostile = "\u001b]".repeat(MAX_LINE / 2);
  const started = performance.now();
  for (let i = 0; i < 20; i++) cleanLine(hostile);
  assert(performance.now() - started < 1_000);
});

Deno.test("readLines() hands on whole lines, whatever the chunks, and cuts one that never ends", async () => {
  const bytes = new TextEncoder().encode(`one\ntw\u00f6\r\n\n${"x".repeat(3 * MAX_LINE)}\nlast`);
  for (const size of [1, 7, 100_000]) {
    const lines: string[] = [];
    const chunks = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, i) => bytes.slice(i * size, (i + 1) * size),
    );
    await readLines(ReadableStream.from(chunks), (line) => void lines.push(line));
    assertEquals([lines[0], lines[1], lines.at(-1)], ["one", "twö", "last"]);
    assert(lines.every((line) => line.length <= MAX_LINE + 1));
  }
});
