import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { EMPTY_LOCK, type Lock, lockPath, remoteDigest } from "./lock.ts";
import { lockText, parseLock } from "./lock_json.ts";
import { sha256 } from "../loader/mod.ts";

const HASH = "a".repeat(64);
const URL_A = "https://h.example/a.ts";

const LOCK: Lock = {
  plugins: {
    x: {
      specifier: `${URL_A}#X`,
      url: URL_A,
      finalUrl: URL_A,
      graph: HASH,
      granted: { read: ["./data"], net: true },
      exportName: "X",
      version: null,
      provides: ["cli"],
      asked: { net: ["{host}:1"] },
    },
  },
  tasks: { "./t.ts": { specifier: "./t.ts", url: "./t.ts", finalUrl: "./t.ts", graph: HASH, granted: {} } },
  code: {
    images: { [HASH]: HASH },
    redirects: { "https://h.example/": URL_A, "__proto__": URL_A },
    modules: { [URL_A]: { sha256: HASH, bytes: 3, mediaType: "ts" } },
  },
};

Deno.test("lockText() is read back as it was, sorted, with a line break at its end", () => {
  const text = lockText(LOCK);
  assertEquals(parseLock(text, "l"), LOCK);
  assertEquals(lockText(parseLock(text, "l")), text);
  assert(text.endsWith("}\n"));
  const keys = Object.keys(JSON.parse(text));
  assertEquals(keys, [...keys].sort());
  assertEquals(parseLock(lockText(EMPTY_LOCK), "l"), EMPTY_LOCK);
});

/** With a digest that fits. */
function forged(change: (data: Record<string, unknown>) => void): string {
  const { digest: _, ...data } = JSON.parse(lockText(LOCK));
  change(data);
  const sorted = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(sorted)
      : typeof value !== "object" || value === null
      ? value
      : Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([k, v]) => [k, sorted(v)]));
  const digest = sha256(new TextEncoder().encode(JSON.stringify(sorted(data))));
  return JSON.stringify({ ...data, digest });
}

Deno.test("F11, F12: parseLock() refuses what it does not know, and hashes that are none, whatever the digest says", () => {
  const refusal = (change: (data: Record<string, unknown>) => void) =>
    assertThrows(() => parseLock(forged(change), "the.lock")).message;
  assertEquals(parseLock(forged(() => {}), "the.lock"), LOCK);
  assertStringIncludes(refusal((data) => data.more = 1), "it holds fields that are not known");
  assertStringIncludes(refusal((data) => delete data.tasks), "tasks is not an object");
  const modules = (data: Record<string, unknown>) => data.modules as Record<string, Record<string, unknown>>;
  assertStringIncludes(refusal((data) => modules(data)[URL_A]!.sha256 = "a".repeat(40)), "sha256 is no SHA-256");
  assertStringIncludes(refusal((data) => modules(data)[URL_A]!.trusted = true), "it holds fields that are not known");
  assertStringIncludes(refusal((data) => data.version = "1"), "version is not 1");
});

Deno.test("F11: parseLock() names the line of a conflict marker", () => {
  const text = lockText(LOCK).replace('  "images"', '<<<<<<< HEAD\n=======\n>>>>>>> x\n  "images"');
  const { message } = assertThrows(() => parseLock(text, "/p/.nuvom_plugins.lock"));
  assertStringIncludes(message, ".nuvom_plugins.lock:3: a merge left its conflict markers here.");
});

Deno.test("remoteDigest() is over modules from URLs alone, in any order, each once", () => {
  const [a, b, local] = [
    { url: "https://h/a", sha256: "1" },
    { url: "https://h/b", sha256: "2" },
    { url: "file:///x.ts", sha256: "3" },
  ];
  assertEquals(remoteDigest([local!]), null);
  assertEquals(remoteDigest([a!, b!]), remoteDigest([local!, b!, a!, a!]));
  assert(remoteDigest([a!, b!]) !== remoteDigest([a!, { ...b!, sha256: "4" }]));
});

Deno.test("lockPath() is beside the manifest", () => {
  assertEquals(lockPath("/p/.nuvom_plugins.toml"), "/p/.nuvom_plugins.lock");
  assertEquals(lockPath("/p/other"), "/p/other.lock");
});
