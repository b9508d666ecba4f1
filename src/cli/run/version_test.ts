import { assertEquals, assertMatch } from "@std/assert";
import config from "../../../deno.json" with { type: "json" };
import { nuvom } from "../testing.ts";

Deno.test("version says what it is built on", async () => {
  const { code, out } = await nuvom(["version"]);
  assertEquals(code, 0);
  assertMatch(out, /^nuvom \d+\.\d+\.\d+ \(from source\)\ndeno \S+\nv8 \S+\ntypescript \S+\nplatform \S+\n$/);
  const { nuvom: version, deno, base } = JSON.parse((await nuvom(["--version", "--json"])).out);
  assertEquals([version, deno, base], [config.version, Deno.version.deno, "source"]);
});
