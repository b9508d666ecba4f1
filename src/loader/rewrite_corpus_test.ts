import { assert, assertEquals, assertThrows } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { parseModule } from "./parse_module.ts";
import { rewrite } from "./rewrite.ts";

/** Valid modules that hide an `import(` from anything less than a parser; each runs exactly one. */
const HIDING: readonly string[] = [
  "import(S)",
  "import (S)",
  "import\n(\nS\n)",
  "import/* ( */(S)",
  "import// )\n(S)",
  "import(/* a */ S /* b */,)",
  "import(S, { with: {} })",
  "void import(S)",
  "await import(S)",
  "typeof import(S)",
  "!import(S)",
  "+0 || import(S)",
  "let x = function () {} / import(S) / 1",
  "let x = class {} / import(S) / 1",
  "let x = { a: 1 } / import(S) / 1",
  "let x = `` / import(S) / 1",
  "let x = [] / import(S) / 1",
  "let x = 1; x++ / import(S) / 1",
  "let x = 1\nx\n++\nx / import(S) / 1",
  "let of = 4; of / import(S) / 1",
  "let x = { get: 1 }.get / import(S) / 1",
  "let x = { if: 1 }.if / import(S) / 1",
  "let x = { return: 4 }; x.return / import(S) / 1",
  "let x = this?.a / import(S) / 1",
  "let x = null / import(S) / 1",
  "{} /a/g; import(S)",
  "if (1) /a/.test('a'); import(S)",
  "if (1) /[/]import(0)/.test('a'); import(S)",
  "while (0) /\\/*/.test(''); import(S)",
  "for (const a of ['']) /a*/.test(a); import(S)",
  "(() => {})\n/import(S)/1",
  "const a = () => {}\n/*/*/\nimport(S)",
  "label: { break label } /'/.test(''); import(S) //'",
  "do /a/.test(''); while (0) /b/.test(''); import(S)",
  "switch (1) { case /a/.test('') ? 1 : 1: import(S) }",
  "let x = /[`]/; import(S); /[`]/",
  'let x = /"/; import(S); let y = /"/',
  "let x = /\\//; import(S); let y = /\\//",
  "let x = /(?<y>[/\\]])/u; import(S)",
  "let x = /[\\p{L}--[a-z]]/v; import(S)",
  "let x = /(?i:a)/; import(S)",
  "`${import(S)}`",
  "`a${`b${`c${import(S)}`}`}`",
  "`${{ a: '}' }}${import(S)}`",
  "`${/}/}${import(S)}`",
  "`${(() => { return `}` + '`' })()}`; import(S)",
  "`\\`${'${'}`; import(S); `}`",
  "String.raw`\\u{`; import(S)",
  "(a => a)`${import(S)}`",
  "`$${import(S)}$`",
  "'use strict'; import(S)",
  "'\\\n// '; import(S)",
  "'\u2028//'; import(S)",
  "// comment\u2028import(S)",
  "// comment\u2029import(S)",
  "// comment\rimport(S)",
  "/* a\n*/import(S)/* b */",
  "/* // */ import(S) // /*",
  "/**/import(S)/**/",
  "let a = 1; a --> 0; import(S)",
  "let a = 0, b = { b: 1 }; a < b.b ? import(S) : 0",
  "class A { static x = import(S) }",
  "class A { static [(import(S), 'x')] = 1 }",
  "class A { static { import(S) } }",
  "class A { static #p = import(S); static q = 1 }",
  "class A extends (import(S), Object) {}",
  "class A { x = {}\n['y'] = import(S) }; new A()",
  "class A { static get\nx() { return import(S) } }; A.x",
  "class A { static async *x() { yield import(S) } }; await A.x().next()",
  "class A { 'import'() { return 1 } }; new A()['import'](S); import(S)",
  "const o = { import: (s) => s }; o.import(S); import(S)",
  "const o = { import(s) { return s } }; o.import(S); o?.import(S); import(S)",
  "const o = { async import() {} , x: import(S) }",
  "const { a = import(S) } = {}",
  "const [a = import(S)] = []",
  "((a = import(S)) => a)()",
  "(async () => import(S))()",
  "(async (a = import(S)) => a)()",
  "[...(function* () { yield\nimport(S) })()]",
  "for (const x of [import(S)]);",
  "for (const x in import(S));",
  "for (let i = 0, x = import(S); i < 1; i++);",
  "for await (const x of [import(S)]);",
  "throw_: try { throw import(S) } catch { }",
  "try { } finally { import(S) }",
  "const f = () => { return /a/.test('a') ? import(S) : 1 }; f()",
  "const f = () => { return\nimport(0) }; f(); import(S)",
  "let i = 2; i --\nimport(S)",
  "const await_ = 1\n;[import(S)]",
  "0, import(S), 0",
  "0 ?? 1, null ?? import(S)",
  "let x; x ||= import(S)",
  "let x; x ??= import(S)",
  "(0, function () { return import(S) })()",
  "new (class { constructor() { import(S) } })",
  "new Array(import(S))",
  "Promise.resolve().then(() => 0), import(S).then(() => 0)",
  "import(S)?.then",
  "import(S)[0]",
  "import(S) in {}",
  "if (0) ; else import(S)",
  "export default import(S)",
  "export const x = import(S)",
  "export { S as default }; import(S)",
  "import.meta.x, import(S)",
  "\ufeff import(S)",
  "debugger\nimport(S)",
  "var \\u0061 = import(S)",
  "var async = 1; async\nimport(S)",
  "var get = 1, set = 2, from = 3, as = 4; from / as / get; import(S)",
  "var __nuvom_import = 1; import(S)",
  "var __nuvom_\\u0069mport = 1; import(S)",
  "((__nuvom_import, __nuvom_import_1) => import(S))()",
  "((__nuvom_\\u0069mport) => import(S))()",
];

/** What no engine takes as an import, or what is an import of a kind that is not known: refused before it runs. */
const REFUSED: readonly string[] = [
  "\\u0069mport(S)",
  "im\\u{70}ort(S)",
  "import.source(S)",
  "import.defer(S)",
  "import defer * as x from './x.js'",
  "import source x from './x.js'",
  "import.meta = 1",
  "import\\u002emeta",
  "new import(S)",
  "import()",
  "import(...S)",
  "@dec class A {}",
  "<!-- import(S)",
  "x\n--> import(S)",
  "with (S) import(S)",
  "return import(S)",
  "await: import(S)",
  "`${import(S)",
  "/[import(S)",
  "import x from './x.js' assert { type: 'json' }",
  "import x from './x.js' with { type: 'bytes' }",
  "import x from './x.js' with { type: 'json', more: 'yes' }",
  "const x = <div>{import(S)}</div>",
];

Deno.test("rewrite() finds the import in every module that tries to hide it", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "nuvom-corpus-" });
  try {
    await Deno.writeTextFile(
      `${folder}/guard.js`,
      "export const hits = [];\n" +
        "export const load0 = (s) => { hits.push(s); return Promise.resolve({}); };\n" +
        "export const meta0 = Object.freeze({});\n",
    );
    const { hits } = await import(`file://${folder}/guard.js`) as { hits: unknown[] };
    for (const [i, snippet] of HIDING.entries()) {
      await t.step(JSON.stringify(snippet), async () => {
        hits.length = 0;
        const { code } = rewrite(parseModule("file:///x.js", `const S = "secret";${snippet}`), () => "", 0);
        assertEquals(parseModule("file:///x.js", code).dynamic.length, 0, code);
        await Deno.writeTextFile(`${folder}/${i}.mjs`, code);
        await import(`file://${folder}/${i}.mjs`);
        assertEquals(hits, ["secret"], code);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the corpus holds at least 60 modules, none twice", () => {
  assert(new Set(HIDING).size === HIDING.length && HIDING.length >= 60);
});

for (const snippet of REFUSED) {
  Deno.test(`parseModule() refuses ${JSON.stringify(snippet)}`, () => {
    const error = assertThrows(() => parseModule("file:///p/x.js", `const S = 1;\n${snippet}`), NuvomError);
    assertEquals(error.code, "NUVOM_LOADER_SYNTAX");
    assert(/^\/p\/x\.js:\d+:\d+ is not valid: /.test(error.message), error.message);
  });
}
