import { assertEquals, assertThrows } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { argsToJson, jsonLoss } from "./json.ts";

/** A pseudo-random sequence from 0 to 1, the same for each seed. */
function sequence(seed: number): () => number {
  return () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const LOST: readonly (() => unknown)[] = [
  () => NaN,
  () => Infinity,
  () => new Map([[1, 1]]),
  () => new Set([1]),
  () => new Date(0),
  () => 1n,
  () => Symbol("s"),
  () => () => 1,
  () => [undefined],
  () => new (class Point {})(),
];

/** A value, with what JSON loses somewhere in it or without. */
function anyValue(random: () => number, lossy: boolean, depth = 0): unknown {
  const kind = Math.floor(random() * (depth > 4 ? 5 : 7));
  if (lossy && (depth > 4 || random() < 0.2)) return LOST[Math.floor(random() * LOST.length)]!();
  const size = Math.floor(random() * 4) + (lossy ? 1 : 0);
  const item = (i: number) => anyValue(random, lossy && i === 0, depth + 1);
  if (lossy || kind === 5) {
    const items = Array.from({ length: size }, (_, i) => item(i));
    return random() < 0.5 ? items : Object.fromEntries(items.map((value, i) => [`k${i}`, value]));
  }
  return kind === 6 ? { a: undefined, b: item(1) } : [null, true, random() * 1e6, "text", []][kind];
}

Deno.test("jsonLoss() finds nothing where JSON gives back the same, and something where it does not", () => {
  const random = sequence(7);
  for (let i = 0; i < 2_000; i++) {
    const value = anyValue(random, false);
    assertEquals(jsonLoss(value, "it"), null);
    assertEquals(JSON.stringify(JSON.parse(JSON.stringify(value))), JSON.stringify(value));
    assertEquals(jsonLoss(anyValue(random, true), "it") === null, false);
  }
});

Deno.test("jsonLoss() names a place of bounded length", () => {
  const loss = jsonLoss({ ["k".repeat(1_000)]: NaN }, "it");
  assertEquals([loss?.place.length, loss?.found], [201, "NaN"]);
});

Deno.test("argsToJson() refuses a text of 300 MB without writing it, which V8 would not survive", () => {
  const text = new TextDecoder().decode(new Uint8Array(300 << 20).fill(120));
  const error = assertThrows(() => argsToJson("add", [{ body: [text] }]), NuvomError, "314572800 characters");
  assertEquals(error.code, "NUVOM_PAYLOAD_TOO_LARGE");
});
