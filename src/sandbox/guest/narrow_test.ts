import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Isolation } from "../mod.ts";
import { openTestRealm } from "../testdata/open_test_realm.ts";

const ISOLATED: readonly Isolation[] = ["process", "worker"];
const PROBES = `
const seen = (fn: () => unknown) => { try { return typeof fn(); } catch (error) { return String((error as Error).name); } };
const G = globalThis as any;
export const gone = task({ name: "gone" }, () => Object.fromEntries([
  "Worker", "SharedWorker", "BroadcastChannel", "postMessage", "onmessage", "close", "importScripts", "alert", "confirm", "prompt",
  "caches", "localStorage", "__nuvom_guest",
].map((name) => [name, typeof G[name]])));
export const denoGone = task({ name: "denoGone" }, () => [
  "internal", "exit", "kill", "addSignalListener", "execPath", "stdin", "stdout", "stderr", "permissions", "dlopen", "Command",
  "run", "Process", "mainModule", "pid", "ppid", "chdir", "umask", "test", "spawn",
].filter((name) => name in Deno));
export const denoKept = task({ name: "denoKept" }, () => ["readTextFile", "connect", "listen", "serve", "inspect", "errors", "env"].filter((n) => !(n in Deno)));
export const internals = task({ name: "internals" }, () => Object.getOwnPropertySymbols(Deno).length);
export const code = task({ name: "code" }, () => [
  seen(() => (0, eval)("1")), seen(() => new Function("return 1")()), seen(() => (async () => {}).constructor("return 1")()),
  seen(() => Object.getPrototypeOf(function* () {}).constructor("yield 1")()),
]);
export const proc = task({ name: "proc" }, () => [
  typeof G.process.getBuiltinModule, seen(() => G.process.exit(3)), seen(() => G.process.kill(1)), seen(() => G.process.binding("fs")),
  typeof G.process.mainModule,
]);
export const env = task({ name: "env" }, () => [Deno.env.toObject(), { ...G.process.env }, Deno.env.get("NOT_GRANTED") ?? null, G.process.env.NOT_GRANTED ?? null]);
export const replaceDeno = task({ name: "replaceDeno" }, () => [seen(() => { G.Deno = {}; return 1; }), seen(() => { (Deno as any).exit = 1; return 1; }), seen(() => { delete G.Deno; return 1; })]);
export const printed = task({ name: "printed" }, () => {
  console.log("%s is %d", "six", 6); console.debug("debugged"); console.warn("warned"); console.table([{ a: 1 }]);
  console.count("counter"); console.count("counter"); console.time("t"); console.timeEnd("t"); console.dirxml("xml"); console.group("grouped"); console.groupCollapsed("coll"); console.groupEnd();
  console.assert(false, "was false"); console.trace("traced");
  const raw = Object.getPrototypeOf(console);
  if (raw !== null && typeof raw.log === "function") raw.log("RAW");
  return Object.getOwnPropertyNames(raw ?? {}).includes("log");
});
export const rejectAlone = task({ name: "rejectAlone" }, () => { void Promise.reject(new Error("nobody cares")); setTimeout(() => { throw new Error("thrown alone"); }, 0); });
export const add = task({ name: "add" }, (a: number, b: number) => a + b);
`;

for (const kind of ISOLATED) {
  Deno.test(`narrowGlobals() leaves no way out of the realm: ${kind}`, async () => {
    await using test = await openTestRealm(kind, PROBES, { env: { GRANTED: "yes" } });
    await test.load();
    const gone = await test.value("gone") as Record<string, string>;
    assertEquals(Object.entries(gone).filter(([, type]) => type !== "undefined"), []);
    assertEquals(await test.value("denoGone"), []);
    assertEquals(await test.value("denoKept"), []);
    assertEquals(await test.value("internals"), 0);
    assertEquals(await test.value("proc"), ["undefined", "Error", "Error", "Error", "undefined"]);
    assertEquals(await test.value("env"), [{ GRANTED: "yes" }, { GRANTED: "yes" }, null, null]);
    assertEquals(await test.value("replaceDeno"), ["TypeError", "TypeError", "TypeError"]);
  });

  Deno.test(`console of a guest reaches the host, and only the host: ${kind}`, async () => {
    await using test = await openTestRealm(kind, PROBES);
    await test.load();
    assertEquals(await test.value("printed"), false);
    await test.heard("traced");
    const text = test.lines.join("\n");
    for (
      const part of [
        "stdout: six is 6",
        "stdout: debugged",
        "stderr: warned",
        "stdout: counter: 2",
        "stdout: t: ",
        "grouped",
        "coll",
      ]
    ) {
      assertStringIncludes(text, part);
    }
    assertStringIncludes(text, "was false");
    assert(!text.includes("RAW"));
  });

  Deno.test(`a guest survives errors that nobody caught, and tells them: ${kind}`, async () => {
    await using test = await openTestRealm(kind, PROBES);
    await test.load();
    await test.value("rejectAlone");
    assertStringIncludes(await test.heard("nobody cares"), '"level":"error"');
    await test.heard("thrown alone");
    assertEquals(await test.value("add", 1, 2), 3);
  });
}

Deno.test("code from strings is refused in a process realm", async () => {
  await using test = await openTestRealm("process", PROBES);
  await test.load();
  for (const found of await test.value("code") as string[]) {
    assert(["TypeError", "EvalError", "ReferenceError"].includes(found), found);
  }
});
