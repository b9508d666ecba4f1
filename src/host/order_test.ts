import { assertEquals, assertThrows } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { startOrder } from "./order.ts";

function plugins(requires: Readonly<Record<string, readonly string[]>>) {
  return Object.entries(requires).map(([name, required]) => ({ name, requires: required }));
}

function names(list: readonly { readonly name: string }[]): string[] {
  return list.map(({ name }) => name);
}

Deno.test("startOrder() keeps the order of the manifest where nothing is required", () => {
  const all = plugins({ b: [], a: [], c: [] });
  assertEquals(names(startOrder(all, all)), ["b", "a", "c"]);
});

Deno.test("startOrder() puts what is required first, once", () => {
  const all = plugins({ a: ["c", "b"], b: ["d"], c: ["d"], d: [] });
  assertEquals(names(startOrder(all, all)), ["d", "c", "b", "a"]);
});

Deno.test("startOrder() adds what the wanted ones require, and no more", () => {
  const all = plugins({ a: [], b: ["c"], c: ["d"], d: [], e: [] });
  assertEquals(names(startOrder([all[1]!], all)), ["d", "c", "b"]);
});

Deno.test("startOrder() names the chain to an unknown plugin, and the nearest name", () => {
  const all = plugins({ a: ["redis"], redis: ["prometeus"], prometheus: [] });
  const error = assertThrows(() => startOrder(all, all), NuvomError, "(a → redis → prometeus)");
  assertEquals([error.code, error.exitCode], ["NUVOM_PLUGIN_REQUIRES", 3]);
  assertEquals(error.message.includes('Did you mean "prometheus"?'), true, error.message);
});

Deno.test("startOrder() names the circle, without what only leads to it", () => {
  const all = plugins({ a: ["b"], b: ["c"], c: ["b"], me: ["me"] });
  assertThrows(() => startOrder(all, all), NuvomError, "in a circle: b → c → b.");
  assertThrows(() => startOrder([all[3]!], all), NuvomError, "in a circle: me → me.");
});
