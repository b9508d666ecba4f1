import { assert } from "@std/assert";
import { ESCAPE_LIST } from "../src/host/escape/list.ts";

const ROOT = new URL("../", import.meta.url);
const PAGE = "docs/containment.md";

Deno.test("every test and every row that docs/containment.md names is there", async () => {
  const text = (await Deno.readTextFile(new URL(PAGE, ROOT))).replaceAll("\\_", "_");
  const rows = [...text.matchAll(/escape list "([^"]+)"/g)].map(([, name]) => name!);
  const tests = [...text.matchAll(/`(\S+_test\.ts)` "([^"]+)"/g)];
  assert(rows.length > 10 && tests.length > 10);
  for (const name of rows) assert(ESCAPE_LIST.some((probe) => probe.name === name), `no row ${name}`);
  for (const [, file, name] of tests) {
    const source = await Deno.readTextFile(new URL(file!, ROOT));
    assert(source.includes(name!), `${file} has no test "${name}"`);
  }
});
