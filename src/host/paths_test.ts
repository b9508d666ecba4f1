import { assertEquals } from "@std/assert";
import { absolutePath, isInside, pathInManifest, toFileUrl } from "./paths.ts";

Deno.test("toFileUrl() encodes what means something else in a URL", () => {
  assertEquals(toFileUrl("/a b/c#d?e%41ü.ts"), "file:///a%20b/c%23d%3Fe%2541%C3%BC.ts");
});

Deno.test("absolutePath() takes out . and ..", () => {
  assertEquals(absolutePath("./a/../b", "/p/q"), "/p/q/b");
  assertEquals(absolutePath("/x/./y/", "/p"), "/x/y");
});

Deno.test("isInside() compares whole names", () => {
  assertEquals(isInside("/p/q", "/p"), true);
  assertEquals(isInside("/p", "/p"), true);
  assertEquals(isInside("/pq", "/p"), false);
  assertEquals(isInside("/p", "/p/q"), false);
  assertEquals(isInside("/p", "/"), true);
});

Deno.test("pathInManifest() shortens what lies in the folder", () => {
  assertEquals(pathInManifest("/p/a/b", "/p"), "./a/b");
  assertEquals(pathInManifest("/p", "/p"), ".");
  assertEquals(pathInManifest("/q/a", "/p"), "/q/a");
});
