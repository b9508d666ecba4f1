import { assertEquals } from "@std/assert";
import { PREPARED_VERSION, PreparedPack } from "./prepared_pack.ts";
import { parseModule } from "./rewrite.ts";
import { transpile } from "./transpile.ts";

const SOURCE = `#!/usr/bin/env deno
import { a, type B } from "./a.ts"; import data from "./d.json" with { type: "json" };
export enum Level { Low = 1 } // ä 😀
export const f = (x: string): Promise<B> => import(x); export const url = import.meta.url;
export const g = () => import("./lazy.ts"); let __nuvom_import = a ?? data;
`;

async function prepared() {
  const { code, map } = await transpile("https://example.com/mod.ts", SOURCE.replace(/^#!.*\n/, "\n"));
  return { parsed: parseModule("https://example.com/mod.ts", code), map };
}

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "nuvom-test-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("PreparedPack gives back what it was given, to whoever expects its hash", () =>
  withFolder(async (folder) => {
    const module = await prepared();
    const plain = { parsed: parseModule("https://example.com/x.js", "\ufeffexport default 'ä'"), map: null };
    const pack = PreparedPack.open(folder, ["https://example.com/mod.ts"]);
    const [first, second] = [pack.keep("one", module), pack.keep("two", plain)];
    assertEquals(pack.find("one", first), null);
    pack.save();
    const again = PreparedPack.open(folder, ["https://example.com/mod.ts"]);
    assertEquals([again.find("one", first), again.find("two", second)], [module, plain]);
    assertEquals([again.find("one", null), again.find("one", second), again.find("three", first)], [null, null, null]);
    assertEquals(PreparedPack.open(folder, ["https://example.com/other.ts"]).find("one", first), null);
  }));

Deno.test("PreparedPack writes only what is news, and forgets what its graph no longer has", () =>
  withFolder(async (folder) => {
    const module = await prepared();
    const open = () => PreparedPack.open(folder, ["x"]);
    const first = open();
    const hash = first.keep("one", module);
    first.keep("gone", module);
    first.save();
    const path = `${folder}/${PREPARED_VERSION}/${[...Deno.readDirSync(`${folder}/${PREPARED_VERSION}`)][0]!.name}`;
    const { ino } = await Deno.stat(path);
    const second = open();
    second.find("one", hash);
    second.save();
    assertEquals((await Deno.stat(path)).ino, ino);
    const third = open();
    third.find("one", hash);
    third.keep("new", module);
    third.save();
    assertEquals([open().find("one", hash), open().find("gone", hash)], [module, null]);
  }));

Deno.test("PREPARED_VERSION changes when the same source is prepared differently", () =>
  withFolder(async (folder) => {
    // If this fails, raise PREPARED_VERSION along with the hash: locks hold hashes of what was prepared.
    const hash = PreparedPack.open(folder, ["x"]).keep("x", await prepared());
    assertEquals([PREPARED_VERSION, hash], ["1", "48aa0c1e2ac64fe53cf0b163400b1263876461be4eeec8c8c753b876eb19e0fa"]);
  }));
