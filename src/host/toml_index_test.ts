import { assertEquals } from "@std/assert";
import { parse } from "@std/toml";
import { indexToml, type TomlPath } from "./toml_index.ts";

/** Odd, but valid. */
const ODD = `# comment with [table] and = in it
top = "a # no comment" # "comment
"quoted key" . 'lit.eral' = 'C:\\' # ]
[ a . "b c" ]	# spaces in a header
x = """
y = "not a key" \\"""
[nor_a_table]""""
z = '''it''s
[q]'''
when = 1979-05-27 07:32:00Z
list = [ # items
  "one", 'two', # three
  [ "in", { k = 1 } ],
  """four
five""",
]
inline = { p.q = 1, r = [ 2, 3 ], "s" = { } }
n = -1_000.5e3
[[tables]]
name = 1
[tables.sub]
deep = true
[[tables]]
name = 2
[tables.sub]
deep = false
[a]
after = "a"
`;

function places(text: string, paths: readonly TomlPath[]): (string | undefined)[] {
  const index = indexToml(text);
  return paths.map((path) => index.placeOf(path)).map((place) => place && `${place.line}:${place.column}`);
}

Deno.test("indexToml() finds keys and items in odd but valid TOML", () => {
  const expected: readonly (readonly [TomlPath, string])[] = [
    [["top"], "2:1"],
    [["quoted key", "lit.eral"], "3:16"],
    [["a", "b c"], "4:7"],
    [["a", "b c", "x"], "5:1"],
    [["a", "b c", "z"], "8:1"],
    [["a", "b c", "when"], "10:1"],
    [["a", "b c", "list", 0], "12:3"],
    [["a", "b c", "list", 1], "12:10"],
    [["a", "b c", "list", 2], "13:3"],
    [["a", "b c", "list", 2, 0], "13:5"],
    [["a", "b c", "list", 2, 1, "k"], "13:13"],
    [["a", "b c", "list", 3], "14:3"],
    [["a", "b c", "inline", "p", "q"], "17:14"],
    [["a", "b c", "inline", "r", 1], "17:30"],
    [["a", "b c", "inline", "s"], "17:35"],
    [["a", "b c", "n"], "18:1"],
    [["tables"], "19:3"],
    [["tables", 0, "name"], "20:1"],
    [["tables", 0, "sub", "deep"], "22:1"],
    [["tables", 1, "name"], "24:1"],
    [["tables", 1, "sub", "deep"], "26:1"],
    [["a", "after"], "28:1"],
  ];
  assertEquals(places(ODD, expected.map(([path]) => path)), expected.map(([, place]) => place));
});

Deno.test("indexToml() finds every key that the parser finds", () => {
  // Without the last table, which is valid TOML although this parser does not take it.
  const text = ODD.slice(0, ODD.indexOf("[a]\n"));
  const index = indexToml(text);
  assertEquals(allPaths(parse(text), []).filter((path) => index.placeOf(path) === undefined), []);
});

Deno.test("indexToml() takes carriage returns", () => {
  assertEquals(places("a = 1\r\n[b]\r\nc = [\r\n  2,\r\n]\r\n", [["b"], ["b", "c"], ["b", "c", 0]]), [
    "2:2",
    "3:1",
    "4:3",
  ]);
});

Deno.test("indexToml() knows nothing of what comes after a place that it does not understand", () => {
  const text = "a = 1\nb = ['x' 'y']\nc = 3\n";
  assertEquals(places(text, [["a"], ["b"], ["c"], ["none"]]), ["1:1", "2:1", undefined, undefined]);
});

Deno.test("indexToml() lists what is written twice", () => {
  const clashes = (text: string) =>
    indexToml(text).clashes.map(({ path, place, first }) =>
      `${path.join(".")} ${place.line}:${place.column} ${first.line}:${first.column}`
    );
  assertEquals(clashes("a = 1\nb = 2\na = 3"), ["a 3:1 1:1"]);
  assertEquals(clashes("[t]\na = 1\n[u]\n[t]\na = 2"), ["t 4:2 1:2", "t.a 5:1 2:1"]);
  assertEquals(clashes("t = { a = 1 }\n[t]\nb = 2"), ["t 2:2 1:1"]);
  assertEquals(clashes("a = 1 b = 2 a = 3"), ["a 1:13 1:1"]);
  assertEquals(clashes("a = 1\na.b = 2"), ["a 2:1 1:1"]);
  assertEquals(clashes("[t]\na = 1\n[t.a.b]"), ["t.a 3:4 2:1"]);
  assertEquals(clashes('t = { a = 1, "a" = 2 }'), ["t.a 1:14 1:7"]);
  assertEquals(clashes("[t]\n[[t]]"), ["t 2:3 1:2"]);
  assertEquals(clashes("a.b = 1\na.c = 2\n[t.x]\n[t.y]\n[[l]]\na = 1\n[[l]]\na = 2"), []);
});

Deno.test("indexToml() gives keys the names that they have when they are read", () => {
  const names = indexToml(`"\\u0061" = 1\n'\\u0061' = 2\n"__proto__" = 3`).keys.map(({ name }) => name);
  assertEquals(names, ["a", "\\u0061", "__proto__"]);
});

function allPaths(value: unknown, path: TomlPath): TomlPath[] {
  if (typeof value !== "object" || value === null || value instanceof Date) return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, inner]) => [[...path, key], ...allPaths(inner, [...path, key])]);
}
