import { assert, assertEquals, assertThrows } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { HIDDEN_IMPORTS } from "./hidden_imports.ts";
import { parseModule } from "./parse_module.ts";
import { rewrite } from "./rewrite.ts";

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
    for (const [i, snippet] of HIDDEN_IMPORTS.entries()) {
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
  assert(new Set(HIDDEN_IMPORTS).size === HIDDEN_IMPORTS.length && HIDDEN_IMPORTS.length >= 60);
});

for (const snippet of REFUSED) {
  Deno.test(`parseModule() refuses ${JSON.stringify(snippet)}`, () => {
    const error = assertThrows(() => parseModule("file:///p/x.js", `const S = 1;\n${snippet}`), NuvomError);
    assertEquals(error.code, "NUVOM_LOADER_SYNTAX");
    assert(/^\/p\/x\.js:\d+:\d+ is not valid: /.test(error.message), error.message);
  });
}
