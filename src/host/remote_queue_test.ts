import { assert, assertEquals, assertRejects } from "@std/assert";
import { type LeasedJob, type LeaseRequest, NuvomError, type QueueCapability } from "../core/mod.ts";
import { FakeClock, settleDown } from "../testing/fake_clock.ts";
import { PluginCaller } from "./call.ts";
import { RemoteQueue } from "./remote_queue.ts";
import { RemoteResults } from "./remote_results.ts";

interface Sent {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** A guest whose answers the test gives by method. */
class Guest {
  readonly clock = new FakeClock();
  readonly sent: Sent[] = [];
  readonly answers: Record<string, (...args: unknown[]) => unknown> = {};

  queue(opened: { readonly store?: string; readonly capabilities?: readonly string[] } = {}): RemoteQueue {
    return new RemoteQueue(this.#parts(opened));
  }

  results(opened: { readonly store?: string; readonly capabilities?: readonly string[] } = {}): RemoteResults {
    return new RemoteResults(this.#parts(opened));
  }

  #parts(
    { store = null, capabilities = [] }: { readonly store?: string | null; readonly capabilities?: readonly string[] },
  ) {
    const caller = new PluginCaller({
      plugin: "x",
      realm: { call: (_method, params) => this.#call(params as unknown as Sent) as Promise<never> },
      clock: this.clock,
      timeoutMs: 1_000,
      mapStack: (stack) => stack,
      manifest: { path: "/srv/.nuvom_plugins.toml", folder: "/srv" },
      granted: {},
    });
    const opened = { handle: 1, store, capabilities: capabilities as QueueCapability[], basic: false };
    const open = { opened, caller, callMs: 1_000 };
    const link = { opened, reach: () => Promise.resolve(open), release: () => Promise.resolve(open) };
    return { plugin: "x", name: "mine", link, clock: this.clock, closeTimeoutMs: 500 };
  }

  /** As JSON, which is how it arrives. */
  async #call(params: Sent): Promise<unknown> {
    const { method, args } = JSON.parse(JSON.stringify(params)) as Sent;
    this.sent.push({ method, args });
    return await this.answers[method]?.(...args) ?? null;
  }
}

const REQUEST: LeaseRequest = { limit: 2, leaseMs: 6_000, queues: null, waitMs: 5_000, workerId: "w" };

function leased(id: string, over: Record<string, unknown> = {}): LeasedJob {
  return {
    id,
    token: `token-${id}`,
    leaseUntil: 9,
    task: "add",
    args: "[1]",
    queue: "default",
    priority: 0,
    delayMs: 0,
    maxAttempts: 1,
    retryDelayMs: 0,
    timeoutMs: 0,
    timeoutPolicy: "fail",
    storeResult: true,
    uniqueKey: null,
    uniqueForMs: 0,
    state: "RUNNING",
    createdAt: 1,
    runAt: 1,
    attempts: 1,
    losses: 0,
    startedAt: 2,
    finishedAt: null,
    workerId: "w",
    result: null,
    error: null,
    errors: [],
    ...over,
  };
}

Deno.test("RemoteQueue names its store after the plugin, and drops capabilities that nobody knows", () => {
  const queue = new Guest().queue({ store: "sqlite:a", capabilities: ["lease", "teleport", "fifo"] });
  assertEquals([queue.store, [...queue.capabilities]], ["plugin x: sqlite:a", ["fifo", "lease"]]);
  assertEquals(new Guest().queue().store, undefined);
  assertEquals(new Guest().results({ store: "sqlite:a" }).store, queue.store);
});

Deno.test("RemoteQueue sends what was asked for, without arguments that are undefined", async () => {
  const guest = new Guest();
  const queue = guest.queue();
  Object.assign(guest.answers, { qsize: () => 3, clear: () => 1, cancel: () => ["finished"], stats: () => [] });
  assertEquals([await queue.qsize(), await queue.qsize("a"), await queue.clear()], [3, 3, 1]);
  assertEquals(await queue.cancel(["1"]), ["finished"]);
  assertEquals(await queue.stats(), []);
  await queue.pause("a");
  await queue.resume("a");
  assertEquals(guest.sent, [
    { method: "qsize", args: [] },
    { method: "qsize", args: ["a"] },
    { method: "clear", args: [] },
    { method: "cancel", args: [["1"]] },
    { method: "stats", args: [] },
    { method: "pause", args: ["a"] },
    { method: "resume", args: ["a"] },
  ]);
});

Deno.test("RemoteQueue.lease() waits longer than other calls, but not for ever", async () => {
  const guest = new Guest();
  guest.answers.lease = () => new Promise(() => {});
  const call = assertRejects(() => guest.queue().lease(REQUEST), NuvomError);
  let rejected = false;
  call.then(() => rejected = true);
  await guest.clock.advance(5_999);
  assert(!rejected);
  await guest.clock.advance(1);
  assertEquals((await call).code, "NUVOM_PLUGIN_CALL_TIMEOUT");
});

Deno.test("RemoteQueue.lease() answers an abort at once and gives back what comes later", async () => {
  const guest = new Guest();
  const late = Promise.withResolvers<unknown>();
  Object.assign(guest.answers, { lease: () => late.promise, settle: () => ["settled", "settled"] });
  const queue = guest.queue();
  const stop = new AbortController();
  const lease = queue.lease({ ...REQUEST, signal: stop.signal });
  stop.abort();
  assertEquals(await lease, []);
  assertEquals(guest.sent[0], { method: "lease", args: [REQUEST] });

  const closed = queue.close();
  await settleDown();
  assertEquals(guest.sent.length, 1);
  late.resolve([leased("1"), leased("2")]);
  await closed;
  assertEquals(guest.sent.slice(1), [
    {
      method: "settle",
      args: [[
        { id: "1", token: "token-1", action: "release" },
        { id: "2", token: "token-2", action: "release" },
      ]],
    },
    { method: "close", args: [] },
  ]);
  assertEquals(await queue.lease({ ...REQUEST, signal: stop.signal }), []);
  assertEquals(guest.sent.length, 3);
});

Deno.test("RemoteQueue.close() does not wait for ever, closes once, and takes a realm that is gone for closed", async () => {
  const guest = new Guest();
  Object.assign(guest.answers, {
    lease: () => new Promise(() => {}),
    close: () => Promise.reject(new NuvomError("NUVOM_REALM_GONE", { what: "It has ended." })),
  });
  const queue = guest.queue();
  const stop = new AbortController();
  const lease = queue.lease({ ...REQUEST, signal: stop.signal });
  stop.abort();
  await lease;
  const closed = Promise.all([queue.close(), queue.close()]);
  await guest.clock.advance(500);
  await closed;
  assertEquals(guest.sent.filter(({ method }) => method === "close").length, 1);
});

Deno.test("RemoteQueue refuses answers that make no sense, and goes on", async () => {
  const guest = new Guest();
  const queue = guest.queue();
  const lies: [string, unknown, () => Promise<unknown>, string][] = [
    ["lease", "no", () => queue.lease(REQUEST), "mine.lease with what can't be used: it is not a list"],
    ["lease", [{}], () => queue.lease(REQUEST), "[0].id is not a text"],
    ["lease", [leased("1", { args: [1] })], () => queue.lease(REQUEST), "[0].args is not a text"],
    ["lease", [leased("1", { token: "" })], () => queue.lease(REQUEST), "[0].token is not a text of 1 to"],
    ["lease", [leased("1", { state: "PENDING" })], () => queue.lease(REQUEST), "[0].state is not one of RUNNING"],
    ["lease", ["1", "2", "3"].map((id) => leased(id)), () => queue.lease(REQUEST), "3 were given where at most 2"],
    ["settle", [], () => queue.settle([{ id: "1", token: "t", action: "release" }]), "it is not a list of 1"],
    ["renew", { lost: "all" }, () => queue.renew([], 1), "lost is not a list"],
    ["enqueue", [{ id: 1 }], () => queue.enqueue([leased("1")]), "[0].id is not a text"],
    ["qsize", -1, () => queue.qsize(), "it is not a count"],
    ["clear", "all", () => queue.clear(), "it is not a count"],
    ["inspect", [{}], () => queue.inspect(["1"]), "[0].id is not a text"],
    ["stats", [{ queue: "a" }], () => queue.stats(), "[0].pending is not a count"],
    ["cancel", ["maybe"], () => queue.cancel(["1"]), "[0] is not one of cancelled"],
  ];
  for (const [method, lie, call, message] of lies) {
    guest.answers[method] = () => lie;
    const error = await assertRejects(call, NuvomError, message);
    assertEquals(error.code, "NUVOM_PLUGIN_ANSWER");
  }
  guest.answers.lease = () => [leased("1", { extra: "dropped" })];
  assertEquals(await queue.lease(REQUEST), [leased("1")]);
});

Deno.test("RemoteResults hands records to and fro, and refuses what is none", async () => {
  const guest = new Guest();
  const results = guest.results();
  const { token: _token, leaseUntil: _leaseUntil, ...record } = leased("1", {
    state: "SUCCESS",
    finishedAt: 5,
    result: "3",
  });
  const job = record as never;
  Object.assign(guest.answers, {
    getResult: () => "3",
    getError: () => undefined,
    getFull: () => record,
    listJobs: () => [record],
  });
  await results.setResult(job);
  await results.setError(job);
  await results.setMany([job]);
  assertEquals(await results.getResult("1"), "3");
  assertEquals(await results.getError("1"), null);
  assertEquals<unknown>(await results.getFull("1"), record);
  assertEquals<unknown>(await results.listJobs({ limit: 5 }), [record]);
  await results.close();
  assertEquals(guest.sent.map(({ method, args }) => [method, args.length]), [
    ["setResult", 1],
    ["setError", 1],
    ["setMany", 1],
    ["getResult", 1],
    ["getError", 1],
    ["getFull", 1],
    ["listJobs", 1],
    ["close", 0],
  ]);
  guest.answers.getFull = () => leased("1");
  const error = await assertRejects(() => results.getFull("1"), NuvomError, "state is not one of SUCCESS");
  assertEquals(error.code, "NUVOM_PLUGIN_ANSWER");
});

Deno.test("RemoteQueue hands over reports, retries and prunes, and refuses answers that are none", async () => {
  const guest = new Guest();
  const queue = guest.queue();
  const trace = { progress: { value: 0.5, note: null, attempt: 1, at: 5 }, log: [] };
  Object.assign(guest.answers, {
    busy: () => true,
    retry: () => ["retried"],
    traces: () => [trace],
    prune: () => 3,
  });
  assertEquals(await queue.busy(["a"]), true);
  assertEquals(await queue.retry(["1"]), ["retried"]);
  assertEquals(await queue.traces(["1"]), [trace]);
  assertEquals(await queue.prune({ states: ["FAILED"], olderThanMs: 1, keep: null, limit: 5 }), 3);
  await queue.report([{ id: "1", token: "t", ...trace } as never]);
  assertEquals(guest.sent.map(({ method }) => method), ["busy", "retry", "traces", "prune", "report"]);
  Object.assign(guest.answers, { busy: () => 1, retry: () => ["done"], traces: () => [{}], prune: () => -1 });
  const request = { states: [], olderThanMs: null, keep: null, limit: 1 };
  for (const call of [queue.busy(null), queue.retry(["1"]), queue.traces(["1"]), queue.prune(request)]) {
    assertEquals((await assertRejects(() => call, NuvomError)).code, "NUVOM_PLUGIN_ANSWER");
  }
});

Deno.test("RemoteResults prunes only where its backend says that it can", async () => {
  const guest = new Guest();
  assertEquals(guest.results().prune, undefined);
  guest.answers.prune = () => 2;
  const results = guest.results({ capabilities: ["prune"] });
  assertEquals(await results.prune!({ states: ["FAILED"], olderThanMs: 1, keep: null, limit: 5 }), 2);
});
