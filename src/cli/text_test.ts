import { assertEquals } from "@std/assert";
import { fitText, printableLine, printableText, textWidth, wrapText } from "./text.ts";
import { textTable } from "./text_table.ts";

Deno.test("printableText() shows control and direction characters instead of obeying them, and keeps line breaks", () => {
  assertEquals(printableText("a\x1b[2Jb\x9bc\u202ed\r\n"), "a\\u001b[2Jb\\u009bc\\u202ed\\u000d\n");
  assertEquals(printableText("\x1b[1;31mred\x1b[0m"), "red");
});

Deno.test("printableLine() makes one line of several", () => {
  assertEquals(printableLine("a\n   b\tc"), "a b c");
});

Deno.test("textWidth() counts columns, not characters", () => {
  assertEquals(["abc", "日本", "🙂", "e\u0301", ""].map(textWidth), [3, 4, 2, 1, 0]);
});

Deno.test("fitText() cuts to columns with an ellipsis", () => {
  assertEquals(fitText("hello", 5), "hello");
  assertEquals(fitText("hello world", 7), "hello…");
  assertEquals(fitText("日本語", 4), "日…");
});

Deno.test("wrapText() breaks at spaces, and leaves a word that is too long whole", () => {
  assertEquals(wrapText("aa bb cccccccc d", 5), ["aa bb", "cccccccc", "d"]);
  assertEquals(wrapText("", 5), [""]);
});

Deno.test("textTable() aligns columns without spaces at the end of a line", () => {
  const rows = [["a", "日本", "x"], ["bbb", "c", "y"]];
  assertEquals(textTable({ head: ["N", "M", "O"], rows, columns: null }), "N    M     O\na    日本  x\nbbb  c     y\n");
});

Deno.test("textTable() cuts one column until all fits, and nothing where there is no terminal", () => {
  const rows = [["short", "x".repeat(40), "y".repeat(30)]];
  assertEquals(textTable({ rows, columns: 60 }), `short  ${"x".repeat(40)}  ${"y".repeat(10)}…\n`);
  assertEquals(textTable({ rows, columns: 50, cut: 1 }), `short  ${"x".repeat(10)}…  ${"y".repeat(30)}\n`);
  assertEquals(textTable({ rows, columns: null }).trimEnd().length, 5 + 40 + 30 + 4);
});

Deno.test("textTable() leaves the last column out where there is no room for it", () => {
  assertEquals(
    textTable({ head: ["A", "B"], rows: [["x".repeat(20), "y".repeat(20)]], columns: 25 }),
    `A\n${"x".repeat(20)}\n`,
  );
});

Deno.test("textTable() paints a cell without changing its width", () => {
  const rows = [[{ text: "a", paint: (text: string) => `<${text}>` }, "b"], ["ccc", "d"]];
  assertEquals(textTable({ rows, columns: null }), "<a>    b\nccc  d\n");
});
