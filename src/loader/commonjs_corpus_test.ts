import { assertEquals, assertThrows } from "@std/assert";
import { Script } from "node:vm";
import { NuvomError } from "../core/mod.ts";
import { parseModule } from "./parse_module.ts";
import { rewrite } from "./rewrite.ts";

/** Valid CommonJS that hides an `import(` in what only scripts may say; each runs exactly one. */
const HIDING: readonly string[] = [
  "import(S)",
  "return import(S)",
  "if (1) return void import(S)",
  "with ({}) import(S)",
  "with ({ S: S }) { import(S) }",
  "<!-- import('no')\nimport(S)",
  "import(S) <!-- import('no')",
  "\n--> import('no')\nimport(S)",
  "/*\n*/ --> import('no')\nimport(S)",
  "/* a */ /*\n*/ /* b */ --> import('no')\nimport(S)",
  "let x = 1; x\n--> import('no')\nimport(S)",
  "let x = 1; x --> import(S)",
  "let x = 1; x-->import(S)",
  "var x = 1; x <!--import('no')\nimport(S)",
  "var await = 4; await / import(S) / 1",
  "var yield = 4; yield / import(S) / 1",
  "var await = 4; await\n/import(S)/1",
  "var let = 4; let / import(S) / 1",
  "var static = 4, implements = 2; static / import(S) / implements",
  "var async = 4; async / import(S) / 1",
  "var of = 4; for (var x of of = [import(S)]);",
  "function await() {} await(import(S))",
  "async function f() { await /a/.test('') ? 1 : import(S) } f()",
  "function* g() { yield /a/.test('') ? 1 : import(S) } [...g()]",
  "010; 08; '\\07'; import(S)",
  "'use strict'; import(S)",
  "label: function f() { import(S) } f()",
  "if (1) function f() { import(S) } f()",
  "if (0) ; else function f() {} import(S)",
  "a: { break a; } /b/; import(S)",
  "function f(a, a) { return import(a) } f(0, S)",
  "delete S.x; import(S)",
  "arguments[0]; import(S)",
  "new.target; import(S)",
  "(function () { return this })() / import(S)",
  "var \\u0061wait = 1; import(S)",
  "//\u2028import(S)",
  "var __nuvom_import = 1; import(S)",
  "(function (__nuvom_\\u0069mport) { import(S) })()",
  "require('x'); import(S)",
];

/** What would leave the function that the text is put into, and what no script may say. */
const REFUSED: readonly string[] = [
  "});import(S);(function(){}",
  "}; }); import(S); (function () { return function () {",
  "await import(S)",
  "import.meta, import(S)",
  "--> import(S)\nimport.meta",
  "import 'x'",
  "super.x; import(S)",
];

for (const snippet of HIDING) {
  Deno.test(`rewrite() finds the import of the script ${JSON.stringify(snippet)}`, async () => {
    const { code } = rewrite(parseModule("file:///x.cjs", snippet, "commonjs"), () => "", 0);
    const hits: unknown[] = [];
    const body = new Script(code).runInThisContext()((specifier: unknown) => {
      hits.push(specifier);
      return Promise.resolve({});
    });
    Object.assign(globalThis, { S: "secret" });
    Reflect.apply(body, {}, [{}, () => {}, {}, "", ""]);
    await new Promise((resolve) => setTimeout(resolve, 0));
    assertEquals(hits, ["secret"], code);
  });
}

for (const snippet of REFUSED) {
  Deno.test(`parseModule() refuses the script ${JSON.stringify(snippet)}`, () => {
    const error = assertThrows(() => parseModule("file:///x.cjs", snippet, "commonjs"), NuvomError);
    assertEquals(error.code, "NUVOM_LOADER_SYNTAX");
  });
}

Deno.test("a comment that only the start of a file allows does not run what it hides", () => {
  const { code } = rewrite(parseModule("file:///x.cjs", "--> import(S)", "commonjs"), () => "", 0);
  assertThrows(() => new Script(code), SyntaxError);
});
