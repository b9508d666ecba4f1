import { assert, assertEquals } from "@std/assert";
import { deeperThan } from "./message_depth.ts";

/** How deep the value of a JSON text is, told from the value. */
function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

Deno.test("deeperThan() counts lists and objects, and not what stands in texts", () => {
  const values: unknown[] = [
    "[[[[[[",
    ["\\", "[[["],
    { '"]}': ['\\"[', { "}": [] }] },
    [[], [[]], {}],
    ['a\\\\"b', [["\\\\"]], "\\"],
    ["\u2028", [{ "[": "{" }]],
  ];
  for (const value of values) {
    const text = JSON.stringify(value);
    const padded = `${text}${" ".repeat(20)}`;
    const depth = depthOf(value);
    assert(!deeperThan(padded, depth), text);
    if (depth > 0) assert(deeperThan(padded, depth - 1), text);
  }
});

Deno.test("deeperThan() takes any text", () => {
  for (const text of ["", '"', '"\\', "]]]]", "[".repeat(1_000_000), '["\\"'.repeat(100)]) deeperThan(text, 3);
  assertEquals(deeperThan("[".repeat(1_000_000), 64), true);
});
