import { assert, assertEquals, assertRejects, assertStringIncludes, fail } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import type { MetricFamily } from "../core/mod.ts";
import { MESSAGE_COST, WINDOW } from "./outbox.ts";
import { openTestRealm } from "./testdata/open_test_realm.ts";

const MIB = 1024 * 1024;
const FLOODS = `
export const add = task({ name: "add" }, (a: number, b: number) => a + b);
export const notes = task({ name: "notes" }, () => { for (let i = 0; i < 1_200_000; i++) console.log("line " + i); });
export const long = task({ name: "long" }, () => console.log("a\\n".repeat(3_000_000)));
export const logs = task({ name: "logs" }, () => { for (let i = 0; i < 300_000; i++) jobContext().log.info("x".repeat(500)); });
export const calls = task({ name: "calls" }, async () => {
  const codes: Record<string, number> = {};
  for (let i = 0; i < 30_000; i++) add.delay(i, 1).catch(({ code }) => void (codes[code] = (codes[code] ?? 0) + 1));
  await new Promise((resolve) => setTimeout(resolve, 0));
  return codes;
});
export const deep = task({ name: "deep" }, async () => {
  let value: unknown = 1;
  for (let i = 0; i < 500; i++) value = [value];
  jobContext().log.info("deep", { value });
});
`;
const ANSWERS = `
let answer: () => unknown = () => [];
const nested = (depth: number) => { let v: unknown = []; for (let i = 0; i < depth; i++) v = [v]; return v; };
const size: Record<string, unknown> = { large: () => "x".repeat(300_000_000), deep: () => nested(1_000), deeper: () => nested(20_000) };
export default {
  name: "answers", provides: ["cli", "monitoring"], stop() {},
  start(_settings, context) {
    context.registerMetricsProvider(() => [answer()]);
    for (const name of ["large", "deep", "deeper", "good"]) {
      context.registerCommand({ name, summary: name, run: () => { answer = size[name] ?? (() => 1); return 0; } });
    }
  },
};
`;

for (const kind of ["process", "worker"] as const) {
  Deno.test(`the host takes so many lines of one print, and tells of the rest: ${kind}`, async () => {
    await using test = await openTestRealm(kind, FLOODS);
    await test.load();
    await test.value("long");
    await test.heard("(what follows was dropped here: more than 10000 lines at once)");
    assert(test.lines.length < 10_100, `${test.lines.length} lines`);
  });

  Deno.test(`a flood of lines ends at what the host takes, and the realm goes on: ${kind}`, async () => {
    await using test = await openTestRealm(kind, FLOODS);
    await test.load();
    for (const flood of ["notes", "logs"]) {
      assertEquals(await test.value(flood), undefined);
      await test.heard("lines were dropped here");
      const size = [...test.lines, ...test.notes.map((note) => JSON.stringify(note))]
        .reduce((sum, text) => sum + text.length + MESSAGE_COST, 0);
      // A loop that never ends its turn hears of no grant: it has one window, and what was written of it.
      assert(size < 1.2 * WINDOW, `${flood}: ${size}`);
      test.lines.length = 0;
      test.notes.length = 0;
    }
    assertEquals(await test.value("add", 1, 2), 3);
  });

  Deno.test(`a flood of calls is refused where it comes from, and the realm goes on: ${kind}`, async () => {
    let asked = 0;
    await using test = await openTestRealm(kind, FLOODS, { call: () => (asked++, new Promise(() => {})) });
    await test.load();
    assertEquals(await test.value("calls"), { NUVOM_RPC_BUSY: 20_000 });
    assertEquals(await test.value("add", 1, 2), 3);
    assertEquals(asked, 10_000);
  });

  Deno.test(`what is too large or too deep to answer is an error of that call: ${kind}`, async () => {
    await using test = await openTestRealm(kind, ANSWERS, { role: "plugin" });
    await test.startPlugin();
    const collect = async (name: string): Promise<readonly MetricFamily[]> => {
      await test.realm.call("command.run", { name, args: [] }, { timeoutMs: 20_000 });
      return await test.realm.call("metrics.collect", {}, { timeoutMs: 20_000 });
    };
    const codeOf = async (name: string) => (await assertRejects(() => collect(name), NuvomError)).code;
    assertEquals(await codeOf("large"), "NUVOM_RPC_TOO_LARGE");
    assertEquals(await codeOf("deep"), "NUVOM_RPC_TOO_DEEP");
    assertEquals(await codeOf("deeper"), "NUVOM_RPC_TOO_DEEP");
    assertEquals(await collect("good"), [1 as unknown as MetricFamily]);
  });

  Deno.test(`a line that is nested too deep harms nobody, and is counted: ${kind}`, async () => {
    await using test = await openTestRealm(kind, FLOODS);
    await test.load();
    assertEquals(await test.value("deep"), undefined);
    assertEquals(await test.value("add", 1, 2), 3);
    assertEquals(test.realm.counts.refusedNotes, 1);
  });
}

Deno.test("a thread of the host that goes on calling although it is refused is ended", async () => {
  const file = await Deno.makeTempFile({ prefix: "nuvom-test-" });
  const source = `
    export const add = task({ name: "add" }, (a: number, b: number) => a + b);
    export const patient = task({ name: "patient" }, async () => {
      for (let i = 0; i < 50_000; i++) {
        add.delay(1, 1).catch(() => {});
        if (i % 10_000 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
    export const endless = task({ name: "endless" }, () => {
      for (let i = 0;; i++) {
        add.delay(1, 1).catch(() => {});
        if (i % 100 === 0) Deno.writeTextFileSync(${JSON.stringify(file)}, String(i));
      }
    });
  `;
  await using test = await openTestRealm("worker", source, {
    call: () => new Promise(() => {}),
    grant: { write: [file] },
  });
  await test.load();
  assertEquals(await test.value("patient"), undefined);
  void test.run("endless");
  const exit = await test.realm.exited;
  assertEquals([exit.reason, exit.detail], ["crashed", "it went on calling the host although it was refused"]);
  const reached = await Deno.readTextFile(file);
  assert(Number(reached) > 0, reached);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assertEquals(await Deno.readTextFile(file), reached, "the thread goes on");
  await Deno.remove(file);
});

Deno.test("a plugin can't register without end", async () => {
  const source = `export default { name: "x", provides: ["lifecycle_hook"], stop() {},
    start(_settings, context) { for (let i = 0; i < 1_000_000; i++) context.registerHook({ afterJob() {} }); } };`;
  await using test = await openTestRealm("worker", source, { role: "plugin" });
  const error = await assertRejects(() => test.startPlugin(), NuvomError);
  assertEquals(error.code, "NUVOM_PLUGIN_REGISTERED_TOO_MANY");
});

Deno.test("Realm.call() to a guest that reads nothing is refused at once when too much waits", async () => {
  await using test = await openTestRealm(
    "process",
    `
    export const spin = task({ name: "spin" }, () => { while (true); });
  `,
  );
  await test.load();
  void test.run("spin");
  const large = "x".repeat(4 * MIB);
  const entries = [{ file: large, source: "" }];
  const calls: Promise<unknown>[] = [];
  const codes: string[] = [];
  for (let i = 0; i < 200; i++) {
    const call = test.realm.call("executor.load", { entries, concurrency: 1 }, { timeoutMs: 60_000 });
    calls.push(call.catch(({ code }) => void codes.push(code)));
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert(codes.length > 150 && codes.every((code) => code === "NUVOM_RPC_BUSY"), codes.join());
  test.realm.kill();
  await Promise.all(calls);
});

Deno.test("bytes that a guest writes on the control socket's descriptor end its realm, and no other", async () => {
  const forge = `
    export const add = task({ name: "add" }, (a: number, b: number) => a + b);
    export const forge = task({ name: "forge" }, (bytes: number[]) => {
      const { symbols: { write } } = Deno.dlopen("libc.so.6", {
        write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
      });
      for (let fd = 3; fd < 60; fd++) write(fd, Uint8Array.from(bytes), BigInt(bytes.length));
    });
  `;
  await using neighbour = await openTestRealm("process", forge);
  await neighbour.load();
  const text = new TextEncoder().encode('["note","executor.report",{"started":[],"ended":[],"texts":""}]');
  const forged = [20 + text.length, 0, 0, 0, ...new Uint8Array(20), ...text];
  for (const bytes of [forged, [255, 255, 255, 255, 1, 2], [1, 0, 0, 0, 9]]) {
    await using test = await openTestRealm("process", forge, { grant: { ffi: true } });
    await test.load();
    const exit = await Promise.race([test.realm.exited, test.value("forge", bytes).then((value) => fail(`${value}`))]);
    assertEquals([exit.clean, exit.reason], [false, "crashed"]);
    assertStringIncludes(exit.detail, "was refused");
  }
  assertEquals(await neighbour.value("add", 1, 2), 3);
});
