import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { openTestRealm } from "./testdata/open_test_realm.ts";

const TASKS = `
export const add = task({ name: "add" }, (a: number, b: number) => a + b);
export const hang = task({ name: "hang" }, () => new Promise(() => {}));
export const spin = task({ name: "spin" }, () => { while (true); });
const held: Uint8Array[] = [];
export const eat = task({ name: "eat" }, async () => {
  while (true) { held.push(new Uint8Array(16 * 1024 * 1024).fill(1)); await new Promise((resolve) => setTimeout(resolve, 5)); }
});
export const spawn = task({ name: "spawn" }, () => void new Deno.Command("/bin/sleep", { args: ["30"], stdin: "null" }).spawn());
`;

Deno.test("a realm whose process dies ends as crashed, at once, and rejects what waited", async () => {
  await using test = await openTestRealm("process", TASKS);
  await using neighbour = await openTestRealm("process", TASKS);
  await test.load();
  await neighbour.load();
  const call = test.realm.call("executor.load", { entries: [], concurrency: 1 }, { timeoutMs: 60_000 }).catch((e) => e);
  void test.run("spin");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const late = assertRejects(
    () => test.realm.call("executor.drain", {}, { timeoutMs: 60_000 }),
    NuvomError,
    "has ended",
  );
  const started = performance.now();
  Deno.kill(test.realm.pid!, "SIGKILL");
  const exit = await test.realm.exited;
  assert(performance.now() - started < 5_000);
  assertEquals([exit.clean, exit.reason], [false, "crashed"]);
  assertStringIncludes(exit.detail, "SIGKILL");
  await late;
  await call;
  assertEquals(await neighbour.value("add", 1, 2), 3);
});

Deno.test("a realm ignores SIGINT and SIGTERM: only its host decides", async () => {
  await using test = await openTestRealm("process", TASKS);
  await test.load();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.kill(test.realm.pid!, signal);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(await test.value("add", 1, 2), 3);
});

Deno.test("a realm over its memory limit is killed, and says so", async () => {
  await using test = await openTestRealm("process", TASKS, { memoryMb: 400 });
  await test.load();
  assert((await test.realm.usage())!.memoryBytes > 10 * 1024 * 1024);
  void test.run("eat");
  const exit = await test.realm.exited;
  assertEquals([exit.clean, exit.reason], [false, "memory"]);
  assertEquals(await test.realm.usage(), null);
});

Deno.test("a realm sees nothing of the host's environment, and nothing secret in its arguments", async () => {
  Deno.env.set("NUVOM_TEST_SECRET", "very-secret");
  try {
    await using test = await openTestRealm("process", TASKS, { env: { GRANTED: "granted-value" } });
    await test.load();
    for (const file of ["environ", "cmdline"]) {
      const text = await Deno.readTextFile(`/proc/${test.realm.pid}/${file}`);
      for (const secret of ["very-secret", "granted-value", "nuvom-realm-"]) assert(!text.includes(secret), text);
    }
  } finally {
    Deno.env.delete("NUVOM_TEST_SECRET");
  }
});

Deno.test("the end of a realm is noticed although a grandchild holds its pipes", async () => {
  await using test = await openTestRealm("process", TASKS, { grant: { run: ["/bin/sleep"] } });
  await test.load();
  assertEquals(await test.value("spawn"), undefined);
  const started = performance.now();
  Deno.kill(test.realm.pid!, "SIGKILL");
  assertEquals((await test.realm.exited).reason, "crashed");
  assert(performance.now() - started < 10_000);
});

Deno.test("openRealm() says why a process could not be started", async () => {
  const bad = () => openTestRealm("process", TASKS, { grant: { net: ["not a host:port:at all"] } });
  const error = await assertRejects(bad, NuvomError);
  assertEquals(error.code, "NUVOM_REALM_START");
  assertStringIncludes(error.message, "it printed");
});

Deno.test("openRealm() gives up after its time limit", async () => {
  const error = await assertRejects(() => openTestRealm("process", TASKS, { startTimeoutMs: 1 }), NuvomError);
  assertEquals(error.code, "NUVOM_REALM_START_TIMEOUT");
});

Deno.test("a realm ends when its host is killed", async () => {
  const host = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-lock",
      "--unstable-worker-options",
      new URL("./testdata/lone_host.ts", import.meta.url).href,
    ],
    stdout: "piped",
    stderr: "inherit",
    stdin: "null",
  }).spawn();
  const reader = host.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const pid = Number((await reader.read()).value);
  assert(pid > 0);
  host.kill("SIGKILL");
  await host.status;
  await reader.cancel();
  for (const until = Date.now() + 10_000; Date.now() < until && await isRunning(pid);) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert(!await isRunning(pid));
});

async function isRunning(pid: number): Promise<boolean> {
  try {
    // A zombie has ended; whoever is its parent now may not have noticed.
    return !/^State:\s*[ZX]/m.test(await Deno.readTextFile(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}
