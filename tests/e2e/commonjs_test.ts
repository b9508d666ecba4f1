/** CommonJS in the executable, whose Deno shows scripts some globals of their own. @module */

import { assertEquals } from "@std/assert";
import { Server } from "./server.ts";

const FILES = {
  ".nuvom_plugins.toml": '[tasks]\nmodules = ["./tasks.js"]\n',
  "seen.cjs": `exports.names = () => Reflect.ownKeys(globalThis); exports.value = (name) => globalThis[name];
    exports.own = (name) => Object.getOwnPropertyDescriptor(globalThis, name)?.value;
    exports.process = () => [typeof process.getBuiltinModule, typeof globalThis.process.getBuiltinModule];
    exports.attacks = () => [() => { process = 1 }, () => { delete globalThis.process }, () => { Object.defineProperty(globalThis, "process", { value: 1 }) },
      () => { Reflect.set(globalThis, "process", 1) }].map((attack) => { try { attack() } catch {} return typeof process.getBuiltinModule + typeof process.env });`,
  "tasks.js": `import { task } from "nuvom"; import * as seen from "./seen.cjs";
    export const differ = task({ name: "differ" }, () => {
      const names = new Set([...Reflect.ownKeys(globalThis), ...seen.names()]);
      return [...names].filter((name) => {
        try { return !Object.is(seen.value(name), globalThis[name]) || !Object.is(seen.own(name), Object.getOwnPropertyDescriptor(globalThis, name)?.value) } catch { return false }
      }).map(String);
    });
    export const proc = task({ name: "proc" }, () => seen.process());
    export const attacks = task({ name: "attacks" }, () => seen.attacks());
    export const lazy = task({ name: "lazy" }, async () => (await import("./seen.cjs")).default.process());`,
};

Deno.test("a CommonJS module of the executable sees the globals of its realm, and none of Node's own", async () => {
  await using server = await Server.with(FILES);
  const tasks = ["differ", "proc", "attacks", "lazy"];
  await server.ok(["enqueue", "--from", "-"], { stdin: tasks.map((task) => JSON.stringify({ task })).join("\n") });
  await server.ok(["runworker", "--drain"]);
  const results: Record<string, unknown> = {};
  for (const { id, task } of await server.json(["history", "recent"])) {
    const { result, error } = await server.json(["status", id]);
    results[task] = result ?? error;
  }
  assertEquals(results, {
    differ: [],
    proc: ["undefined", "undefined"],
    attacks: Array(4).fill("undefinedobject"),
    lazy: ["undefined", "undefined"],
  });
});
