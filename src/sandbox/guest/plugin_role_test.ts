import { assertEquals } from "@std/assert";
import { openTestRealm } from "../testdata/open_test_realm.ts";

Deno.test("context.log never throws into a plugin, whatever it is given", async () => {
  const source = `
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    export default {
      name: "x", provides: ["monitoring"], stop() {},
      start(_settings, { log }) {
        log.info("big", { big: 1n, error: new TypeError("e") });
        log.warn("cyclic", cyclic);
        log.error("getter", { get value() { throw new Error("no"); } });
        log.debug({ toString() { throw new Error("no"); } });
        log.info("plain");
      },
    };`;
  await using test = await openTestRealm("worker", source, { role: "plugin" });
  await test.startPlugin();
  const told = test.notes.filter(({ method }) => method === "log").map(({ params }) => params) as {
    level: string;
    message: string;
    fields?: Record<string, unknown>;
  }[];
  assertEquals(told.map(({ level, message }) => [level, message]), [
    ["info", "big"],
    ["warn", "cyclic"],
    ["error", "getter"],
    ["debug", "(no text)"],
    ["info", "plain"],
  ]);
  const [big, cyclic, getter, , plain] = told;
  assertEquals([big!.fields!.big, (big!.fields!.error as Error).name], ["1", "TypeError"]);
  assertEquals([cyclic!.fields, getter!.fields, plain!.fields], [{ fields: "(not JSON)" }, {
    fields: "(not JSON)",
  }, undefined]);
});
