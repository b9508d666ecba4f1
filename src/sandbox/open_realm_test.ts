import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import type { Isolation } from "./mod.ts";
import { loadGraph, prepareGraph, PrivateFolder, stubsIn } from "../loader/mod.ts";
import { openRealm } from "./open_realm.ts";
import { openTestRealm } from "./testdata/open_test_realm.ts";

const KINDS: readonly Isolation[] = ["process", "worker", "inline"];
const TASKS = `
export const add = task({ name: "add", retries: 2 }, (a: number, b: number) => a + b);
export const fail = task({ name: "fail" }, () => { throw new RangeError("too far"); });
export const later = task({ name: "later" }, async () => (await add.delay(1, 2)).id);
export const say = task({ name: "say" }, (text: string) => { console.log(text); console.error("to", { err: 1 }); });
export const forever = task({ name: "forever" }, () => { while (true); });
`;

for (const kind of KINDS) {
  Deno.test(`openRealm() loads tasks, runs them and stops: ${kind}`, async () => {
    await using test = await openTestRealm(kind, TASKS);
    assertEquals((await test.load()).map(({ name }) => name).sort(), ["add", "fail", "forever", "later", "say"]);
    assertEquals(await test.value("add", 5, 7), 12);
    assertEquals(await test.value("fail"), "RangeError: too far");
    assertEquals(test.realm.kind, kind);
    assertEquals(test.realm.pid !== null, kind === "process");
    assert(test.realm.startMs > 0);
    await test.realm.stop(5_000);
    assertEquals((await test.realm.exited).reason, "stopped");
    assert((await test.realm.exited).clean);
  });

  Deno.test(`openRealm() carries calls of the guest to the host: ${kind}`, async () => {
    const asked: string[] = [];
    await using test = await openTestRealm(kind, TASKS, {
      call: (method, params) => (asked.push(`${method} ${JSON.stringify(params)}`), ["made-up-id"]),
    });
    await test.load();
    assertEquals(await test.value("later"), "made-up-id");
    assertStringIncludes(asked[0]!, 'client.enqueue [{"task":{"name":"add"');
  });

  Deno.test(`Realm.call() rejects with the code of the other side: ${kind}`, async () => {
    await using test = await openTestRealm(kind, TASKS);
    const call = test.realm.call("no.such" as never, {} as never, { timeoutMs: 5_000 });
    assertEquals((await assertRejects(() => call, NuvomError)).code, "NUVOM_RPC_METHOD");
  });

  Deno.test(`Realm.call() rejects once the realm has ended: ${kind}`, async () => {
    const test = await openTestRealm(kind, TASKS);
    await using _ = test;
    await test.realm.stop(5_000);
    assertEquals((await assertRejects(() => test.load(), NuvomError)).code, "NUVOM_REALM_GONE");
    await test.realm.stop(5_000);
    test.realm.kill();
  });
}

for (const kind of ["process", "worker"] as const) {
  Deno.test(`openRealm() hands on what foreign code prints: ${kind}`, async () => {
    await using test = await openTestRealm(kind, TASKS);
    await test.load();
    await test.value("say", "hello\u001b[31m\nworld");
    await test.heard("stdout: hello");
    assert(test.lines.includes("stdout: hello"), test.lines.join("\n"));
    assert(test.lines.includes("stdout: world"), test.lines.join("\n"));
    assert(test.lines.includes("stderr: to { err: 1 }"), test.lines.join("\n"));
  });
}

Deno.test("Realm.call() rejects when its time is over, and the late answer harms nobody", async () => {
  await using test = await openTestRealm("worker", `await new Promise((resolve) => setTimeout(resolve, 300));`);
  const entries = [test.graph.entryRef(test.url)];
  const load = test.realm.call("executor.load", { entries, concurrency: 1 }, { timeoutMs: 20 });
  assertEquals((await assertRejects(() => load, NuvomError)).code, "NUVOM_RPC_TIMEOUT");
  assertEquals(await test.load(), []);
});

Deno.test("Realm.stop() ends a process whose guest never returns, within the grace", async () => {
  await using test = await openTestRealm("process", TASKS);
  await test.load();
  void test.run("forever");
  await new Promise((resolve) => setTimeout(resolve, 100));
  const started = performance.now();
  await test.realm.stop(2_000);
  assert(performance.now() - started < 10_000);
  assertEquals((await test.realm.exited).reason, "stopped");
});

for (const kind of KINDS) {
  Deno.test(`openRealm() starts a realm while its files are written: ${kind}`, async () => {
    const folder = await PrivateFolder.make();
    const files = Promise.withResolvers<void>();
    const heard: string[] = [];
    const host = {
      call: () => Promise.resolve(null),
      note() {},
      output: (_: string, line: string) => heard.push(line),
    };
    const spec = { name: "x", kind, role: "plugin", grant: {}, env: {}, startTimeoutMs: 20_000 } as const;
    const opening = openRealm({ ...spec, graph: stubsIn(folder), written: files.promise, cwd: folder.path }, host);
    if (kind === "process") { while (processesIn(folder.path).length === 0) await delay(10); }
    const url = `file://${folder.path}/none`;
    const graph = await prepareGraph(await loadGraph([], { root: folder.path }), folder);
    files.resolve();
    const realm = await opening;
    assertEquals([graph.folder, graph.fileOf("guard.js")], [folder.path, stubsIn(folder).fileOf("guard.js")]);
    const params = { entry: { file: url, source: url }, exportName: null };
    await assertRejects(() => realm.call("plugin.load", params, { timeoutMs: 20_000 }));
    await realm.stop(1_000);
    await graph.dispose();
    assertEquals(heard, []);
  });

  Deno.test(`openRealm() leaves nothing behind when its files can't be written: ${kind}`, async () => {
    const folder = await PrivateFolder.make();
    const files = Promise.withResolvers<void>();
    const host = { call: () => Promise.resolve(null), note() {}, output() {} };
    const spec = { name: "x", kind, role: "plugin", grant: {}, env: {}, startTimeoutMs: 20_000 } as const;
    const opening = openRealm({ ...spec, graph: stubsIn(folder), written: files.promise, cwd: folder.path }, host);
    opening.catch(() => {});
    if (kind === "process") { while (processesIn(folder.path).length === 0) await delay(10); }
    files.reject(new Error("the disk is full"));
    await assertRejects(() => opening, Error, "the disk is full");
    assertEquals(processesIn(folder.path), []);
    await folder.remove();
  });
}

/** Processes whose working folder this is. */
function processesIn(folder: string): string[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((name) => {
    try {
      return /^\d+$/.test(name) && Deno.readLinkSync(`/proc/${name}/cwd`) === folder;
    } catch {
      return false;
    }
  });
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
