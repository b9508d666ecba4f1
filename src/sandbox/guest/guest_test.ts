import { assertEquals } from "@std/assert";
import { SDK_EXPORTS } from "../../loader/mod.ts";
import * as sdk from "../../sdk/mod.ts";

Deno.test("SDK_EXPORTS names exactly what the sdk exports at run time", () => {
  assertEquals([...SDK_EXPORTS].sort(), Object.keys(sdk).sort());
});
