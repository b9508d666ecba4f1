import { assertEquals } from "@std/assert";
import { showSetting } from "./show_setting.ts";

Deno.test("showSetting() masks what is secret", () => {
  const MASK = "********";
  const spec = { type: "string" } as const;
  assertEquals(showSetting("port", 1, { ...spec, secret: true }, false), MASK);
  assertEquals(showSetting("port", "1", undefined, true), MASK);
  assertEquals(showSetting("port", "1", spec, true), MASK);
  for (const name of ["password", "db_password", "apiKey", "api-key", "ACCESS_TOKEN", "clientSecret", "privateKey"]) {
    assertEquals(showSetting(name, "x", undefined, false), MASK, name);
  }
  assertEquals(
    showSetting("urls", ["redis://:p@a/0", "https://me:q@b"], spec, false),
    `["redis://:${MASK}@a/0","https://me:${MASK}@b"]`,
  );
});

Deno.test("showSetting() shows what is not", () => {
  assertEquals(showSetting("port", 9150, undefined, false), "9150");
  assertEquals(showSetting("token", "public", { type: "string", secret: false }, true), "public");
  assertEquals(showSetting("keyboard", "x", undefined, false), "x");
  assertEquals(showSetting("url", "http://a:80/b@c", undefined, false), "http://a:80/b@c");
  assertEquals(showSetting("labels", { a: [1, "b"] }, undefined, false), '{"a":[1,"b"]}');
});
