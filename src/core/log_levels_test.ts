import { assertEquals } from "@std/assert";
import { isLogged, levelOf, readLogLevels } from "./log_levels.ts";

Deno.test("readLogLevels() reads levels with and without a category, and refuses all else", () => {
  assertEquals(readLogLevels("warn, job=debug,plugin.my-mail=info"), {
    "": "warn",
    job: "debug",
    "plugin.my-mail": "info",
  });
  assertEquals(readLogLevels(""), {});
  for (const bad of ["loud", "job=", "=debug", "job=loud", "job debug", "a=b=info", "job=constructor"]) {
    assertEquals(readLogLevels(bad), null, bad);
  }
});

Deno.test("levelOf() takes the longest category that there is a level for", () => {
  const levels = { "": "warn", plugin: "info", "plugin.mail": "debug" } as const;
  const cases = { job: "warn", plugin: "info", "plugin.x": "info", "plugin.mail.a": "debug", "plugin.mailer": "info" };
  for (const [category, level] of Object.entries(cases)) assertEquals(levelOf(levels, category), level, category);
  assertEquals(levelOf({}, "constructor"), "info");
});

Deno.test("isLogged() compares the levels in their order", () => {
  const shown = (["debug", "info", "warn", "error"] as const).filter((level) => isLogged({ "": "warn" }, level, "x"));
  assertEquals(shown, ["warn", "error"]);
});
