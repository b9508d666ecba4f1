import { assert, assertEquals, assertThrows } from "@std/assert";
import { parse } from "@std/toml";
import type { NuvomError } from "../core/mod.ts";
import { editManifest } from "./manifest_edit.ts";
import { sameToml, type TomlTable } from "./toml_value.ts";

// deno-lint-ignore no-explicit-any
type Data = any;

function edited(text: string, change: (data: Data) => void): string {
  return editManifest(text, change, "m.toml");
}

Deno.test("editManifest() adds an item on a line of its own where the others are, and keeps all comments", () => {
  const text =
    '[plugins] # t\n# before\nmonitoring = [ # open\n  "a", # a\n  # alone\n  "b" # b\n  # end\n] # after\n# tail\n';
  assertEquals(
    edited(text, (data) => data.plugins.monitoring.push("c")),
    '[plugins] # t\n# before\nmonitoring = [ # open\n  "a", # a\n  # alone\n  "b", # b\n  "c"\n  # end\n] # after\n# tail\n',
  );
});

Deno.test("editManifest() removes an item with its line and the comment there, and no other", () => {
  const text = '[plugins]\nmonitoring = [\n  # about a\n  "a", # a\n  # about b\n  "b", # b\n]\n';
  assertEquals(
    edited(text, (data) => data.plugins.monitoring.pop()),
    '[plugins]\nmonitoring = [\n  # about a\n  "a", # a\n  # about b\n]\n',
  );
  assertEquals(edited('x = ["a", "b", "c"]', (data) => data.x.splice(1, 1)), 'x = ["a", "c"]');
  assertEquals(edited('x = ["a", "b"] # c', (data) => data.x.pop()), 'x = ["a"] # c');
});

Deno.test("editManifest() makes what is missing: keys in their table, tables at the end", () => {
  const text = "# head\n[plugins]\nmonitoring = ['m'] # m\n\n# tasks\n[tasks]\nmodules = []\n";
  assertEquals(
    edited(text, (data) => {
      data.plugins.queue_backend = ["q"];
      data.plugin = { q: { source: "https://x/q.ts", permissions: { net: ["h:1"] } } };
      data.tasks.modules.push("https://x/t.ts");
    }),
    "# head\n[plugins]\nmonitoring = ['m'] # m\nqueue_backend = [\"q\"]\n\n# tasks\n[tasks]\n" +
      'modules = ["https://x/t.ts"]\n\n[plugin.q]\nsource = "https://x/q.ts"\npermissions = { net = ["h:1"] }\n',
  );
  assertEquals(edited("# only", (data) => data.plugins = { cli: ["c"] }), '# only\n\n[plugins]\ncli = ["c"]\n');
  assertEquals(edited("", (data) => data.plugins = { cli: ["c"] }), '[plugins]\ncli = ["c"]\n');
});

Deno.test("editManifest() follows the way in which a table is written", () => {
  const source = (data: Data) => data.plugin.a.source = "s";
  assertEquals(
    edited("plugin.a.optional = true # o\n", source),
    'plugin.a.optional = true # o\nplugin.a.source = "s"\n',
  );
  assertEquals(edited("[plugin]\na.optional = true", source), '[plugin]\na.optional = true\na.source = "s"\n');
  assertEquals(edited("[plugin]\na = {} # a\n", source), '[plugin]\na = { source = "s" } # a\n');
  assertEquals(
    edited('[plugin.a.permissions] # p\nnet = ["x"]\n', source),
    '[plugin.a]\nsource = "s"\n\n[plugin.a.permissions] # p\nnet = ["x"]\n',
  );
  assertEquals(
    edited('[plugin."a"]\n# end', (data) => data.plugin.a.permissions = { read: true }),
    '[plugin."a"]\npermissions = { read = true }\n# end',
  );
});

Deno.test("editManifest() takes out a section and keeps the comments that stand alone", () => {
  const text =
    '# head\n[plugin.a] # a\n# why\npermissions = { net = ["x"] } # p\n\n# b\n[plugin.b]\nsource = "./b.ts"\n';
  assertEquals(edited(text, (data) => delete data.plugin.a), '# head\n# why\n\n# b\n[plugin.b]\nsource = "./b.ts"\n');
  assertEquals(
    edited(
      "plugin.a.source = 's'\nplugin.a.optional = true\nplugin.b.optional = true\n",
      (data) => delete data.plugin.a,
    ),
    "plugin.b.optional = true\n",
  );
});

Deno.test("editManifest() keeps the line breaks of another system, and texts that need escapes", () => {
  assertEquals(
    edited("[tasks] # t\r\nmodules = []\r\n", (data) => data.plugins = { cli: ['a"\\b\u007f'] }),
    '[tasks] # t\r\nmodules = []\r\n\r\n[plugins]\r\ncli = ["a\\"\\\\b\\u007F"]\r\n',
  );
});

Deno.test("editManifest() refuses what it can't say without rewriting", () => {
  const error = assertThrows(() =>
    edited("[[plugins]]\ncli = ['a']\n", (data) => data.plugins[0].cli.push("b"))
  ) as NuvomError;
  assertEquals(error.code, "NUVOM_MANIFEST_EDIT");
});

/** The same numbers each time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

/** A manifest as people write them: every layout, a comment wherever there may be one. */
function written(next: (below: number) => number): string {
  let count = 0;
  const comment = () => next(2) === 0 ? "" : ` # c${count++} [x] = "y", {`;
  const alone = () => next(3) === 0 ? `# c${count++} ]\n` : next(4) === 0 ? "\n" : "";
  const text = (value: string) => next(3) === 0 ? `'${value}'` : `"${value}"`;
  const array = (items: readonly string[]) => {
    if (next(2) === 0) {
      return `[${next(2) ? " " : ""}${items.map(text).join(", ")}${items.length && next(3) === 0 ? "," : ""}]`;
    }
    const lines = items.map((item, i) => {
      const comma = i < items.length - 1 || next(2) === 0;
      return `${alone().replace(/^(?=.)/, "  ")}  ${text(item)}${comma ? "," : ""}${comment()}\n`;
    });
    return `[${comment()}\n${lines.join("")}${alone()}]`;
  };
  const permissions = () => `{ net = [${next(2) ? '"n:1"' : ""}]${next(2) ? ", read = true" : ""} }`;
  const sections = [
    () =>
      `[plugins]${comment()}\n${alone()}monitoring = ${
        array(["m1", "m2", "m3"].slice(next(4)))
      }${comment()}\n${alone()}cli=${array(["k"])}${comment()}\n`,
    () =>
      next(2)
        ? `[plugin.a]${comment()}\n${alone()}permissions = ${permissions()}${comment()}\n${
          next(2) ? `source = "s"${comment()}\n` : ""
        }`
        : `[plugin.a.permissions]${comment()}\nnet = ${array(["n"])}${comment()}\n`,
    () => `[ tasks ]${comment()}\nmodules = ${array(["./t.ts"])}${comment()}\n`,
  ];
  const chosen = sections.filter(() => next(5) > 0).sort(() => next(2) - 0.5);
  const whole = alone() + chosen.map((section) => section() + alone()).join("");
  return next(4) === 0 ? whole.replace(/\n$/, "") : whole;
}

const EDITS: readonly ((data: Data) => void)[] = [
  (data) => ((data.plugins ??= {}).monitoring ??= []).push("new"),
  (data) => ((data.plugins ??= {}).queue_backend ??= []).push("new"),
  (data) => ((data.tasks ??= {}).modules ??= []).push("https://h/t.ts"),
  (data) => data.plugins?.monitoring?.shift(),
  (data) => data.plugins?.monitoring?.pop(),
  (data) => data.plugins?.monitoring?.splice(1, 1),
  (data) => ((data.plugin ??= {}).a ??= {}).source = "https://h/a.ts",
  (data) => ((data.plugin ??= {}).a ??= {}).permissions = { net: ["n:2"], env: ["HOME"] },
  (data) => ((data.plugin ??= {}).b ??= {}).permissions = { net: true },
  (data) => delete data.plugin?.a?.source,
];

Deno.test("editManifest() says what is wanted and loses no comment, whatever the layout", () => {
  for (let seed = 1; seed <= 2_000; seed++) {
    const next = random(seed);
    const text = written(next);
    const change = EDITS[next(EDITS.length)]!;
    const wanted = parse(text) as Data;
    change(wanted);
    const result = edited(text, change);
    assert(sameToml(parse(result) as TomlTable, wanted), `${seed}\n${text}\n→\n${result}`);
    for (const line of text.split("\n")) {
      const [comment] = /# c\d+/.exec(line) ?? [];
      if (comment === undefined || new RegExp(`${comment}\\b`).test(result)) continue;
      // Only with what was taken out may its comment go.
      assert(!/^\s*#/.test(line) && /"|'/.test(line.split("#")[0]!), `${seed}: ${comment}\n${text}\n→\n${result}`);
      assert(!change.toString().includes("push"), `${seed}: ${comment}\n${text}\n→\n${result}`);
    }
  }
});
