import { assertEquals, assertThrows } from "@std/assert";
import { errorData, leasedJob } from "./answers.ts";
import { metricFamily, pluginMetadata, registration } from "./plugin_shapes.ts";
import {
  boolean,
  count,
  dictionary,
  list,
  Mismatch,
  name,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  text,
} from "./shape.ts";

Deno.test("shapes copy what fits", () => {
  const shape = object<{ a: string; b?: number; c: readonly (boolean | null)[] }>({
    a: text,
    b: optional(number),
    c: list(nullable(boolean)),
  });
  assertEquals(shape({ a: "", b: 1.5, c: [true, null], extra: 1 }, ""), { a: "", b: 1.5, c: [true, null] });
  assertEquals(Object.keys(shape({ a: "x", c: [] }, "")), ["a", "c"]);
  assertEquals(dictionary(count)({ x: 0, y: 7 }, ""), { x: 0, y: 7 });
});

Deno.test("shapes say where a value does not fit", () => {
  const inner = object({ list: list(object({ kind: oneOf(["a", "b"]) })) });
  const cases: [Shape<unknown>, unknown, string][] = [
    [text, 1, "it is not a text"],
    [name, "", "it is not a text of 1 to 200 characters"],
    [name, "x".repeat(201), "it is not a text of 1 to 200 characters"],
    [number, NaN, "it is not a number"],
    [count, -1, "it is not a count"],
    [count, 1.5, "it is not a count"],
    [boolean, null, "it is not true or false"],
    [list(text), {}, "it is not a list"],
    [list(text, 2), ["a"], "it is not a list of 2"],
    [inner, [], "it is not an object"],
    [inner, { list: [{ kind: "a" }, { kind: "c" }] }, "list[1].kind is not one of a, b"],
    [dictionary(text), { a: 1 }, "a is not a text"],
  ];
  for (const [shape, value, message] of cases) {
    assertEquals(assertThrows(() => shape(value, ""), Mismatch).message, message);
  }
});

Deno.test("shapes keep a __proto__ that foreign code sends off the prototypes", () => {
  const sent = JSON.parse('{ "__proto__": { "polluted": "yes" }, "a": "1" }');
  for (const copy of [dictionary((value) => value)(sent, ""), object<{ a: string }>({ a: text })(sent, "")]) {
    assertEquals((copy as unknown as Record<string, unknown>).polluted, undefined);
    assertEquals(Object.getPrototypeOf(copy), Object.prototype);
  }
});

Deno.test("errorData() takes causes, but not without end", () => {
  const nest = (depth: number): unknown => ({
    name: "E",
    message: "m",
    ...(depth > 0 ? { cause: nest(depth - 1) } : {}),
  });
  assertEquals(errorData(nest(5), ""), nest(5));
  assertThrows(() => errorData(nest(50), "error"), Mismatch, "has too many causes");
});

Deno.test("leasedJob() takes only what is leased", () => {
  assertThrows(() => leasedJob({ id: "1" }, "[0]"), Mismatch, "[0].task is not a text");
});

Deno.test("registration() takes each kind with its own fields", () => {
  assertEquals(registration({ kind: "command", name: "x", summary: "", run: 1 }, ""), {
    kind: "command",
    name: "x",
    summary: "",
  });
  assertThrows(() => registration({ kind: "hook", name: "x" }, ""), Mismatch, "hook is not a count");
  assertThrows(() => registration({ kind: "toString" }, ""), Mismatch, "kind is not one of");
});

Deno.test("metricFamily() takes counters, gauges and histograms", () => {
  const head = { name: "x_total", help: "X." };
  const counter = { ...head, type: "counter", samples: [{ labels: {}, value: 1 }] } as const;
  const sample = { labels: { a: "b" }, bounds: [1, 5], counts: [1, 2, 2], sum: 7, count: 2 };
  const histogram = { ...head, type: "histogram", samples: [sample] } as const;
  assertEquals([metricFamily(counter, ""), metricFamily(histogram, "")], [counter, histogram]);
  assertThrows(() => metricFamily({ ...counter, type: "histogram" }, ""), Mismatch, "samples[0].bounds is not a list");
});

Deno.test("pluginMetadata() keeps defaults of settings as they are", () => {
  const metadata = {
    apiVersion: "1.0",
    name: "x",
    version: null,
    provides: ["cli"],
    requires: [],
    permissions: { net: true, read: ["./data"] },
    settings: { a: { type: "object", default: { deep: [1, null] } }, b: { type: "string", secret: true } },
    exportName: "default",
  };
  assertEquals<unknown>(pluginMetadata(metadata, ""), metadata);
  assertThrows(() => pluginMetadata({ ...metadata, name: "X/.." }, ""), Mismatch, "name is not lower case");
});
