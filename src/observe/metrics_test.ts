import { assert, assertEquals } from "@std/assert";
import { type AttemptEnd, EventBus, type MetricFamily, type Outcome } from "../core/mod.ts";
import { FakeClock, settleDown } from "../testing/fake_clock.ts";
import { leasedJob } from "../testing/leased_job.ts";
import { executorFigures, Metrics, pluginFigures, queueFigures } from "./mod.ts";

type Labels = Readonly<Record<string, string>>;

function job(over: { task?: string; queue?: string } = {}) {
  return leasedJob("j", { task: "add", queue: "default", ...over });
}

function end(kind: Outcome["kind"], next: AttemptEnd["next"], durationMs = 1, task = "add"): AttemptEnd {
  return { job: job({ task }), outcome: { kind } as Outcome, next, durationMs };
}

function named(families: readonly MetricFamily[], name: string): MetricFamily {
  const found = families.filter((each) => each.name === name);
  assertEquals(found.length, 1, name);
  return found[0]!;
}

/** What a family says, by the values of its labels: `add default success` to 2. */
function values(families: readonly MetricFamily[], name: string): Record<string, number> {
  const rows = named(families, name).samples as readonly { labels: Labels; value: number }[];
  return Object.fromEntries(rows.map(({ labels, value }) => [Object.values(labels).join(" "), value]));
}

async function families(metrics: Metrics): Promise<readonly MetricFamily[]> {
  return (await metrics.snapshot()).families;
}

function counted(): { readonly bus: EventBus; readonly metrics: Metrics; readonly logged: string[] } {
  const bus = new EventBus((error) => {
    throw error;
  });
  const logged: string[] = [];
  bus.on("log", ({ message }) => logged.push(message));
  return { bus, metrics: new Metrics(bus), logged };
}

Deno.test("Metrics counts attempts by outcome, ends of jobs and retries, and not what was given back", async () => {
  const { bus, metrics } = counted();
  bus.emit("attempts.ended", {
    ends: [
      end("success", "done"),
      end("success", "done"),
      end("failure", "retry"),
      end("failure", "failed"),
      end("snoozed", "snoozed"),
      end("cancelled", "cancelled"),
      end("lost", "released"),
      end("success", "stale"),
    ],
  });
  const all = await families(metrics);
  assertEquals(values(all, "nuvom_jobs_total"), {
    ...{ success: 2, failure: 2, timeout: 0, cancelled: 1, snoozed: 1, lost: 0 },
  });
  assertEquals(values(all, "nuvom_attempts_total"), {
    "add default success": 2,
    "add default failure": 2,
    "add default timeout": 0,
    "add default cancelled": 1,
    "add default snoozed": 1,
    "add default lost": 0,
  });
  assertEquals(values(all, "nuvom_jobs_finished_total"), {
    "add default success": 2,
    "add default failed": 1,
    "add default cancelled": 1,
  });
  assertEquals(values(all, "nuvom_job_retries_total"), { "add default": 1 });
});

Deno.test("Metrics tells tasks and queues apart, from the enqueue on, so that every series begins at 0", async () => {
  const { bus, metrics } = counted();
  bus.emit("jobs.enqueued", { jobs: [{ id: "a", task: "t", queue: "q" }, { id: "b", task: "t", queue: "q" }] });
  bus.emit("attempts.started", { jobs: [job({ task: "t", queue: "q" }), job()], waitedMs: [500, 7_000] });
  bus.emit("jobs.forgotten", { count: 3 });
  const all = await families(metrics);
  assertEquals(values(all, "nuvom_jobs_enqueued_total"), { "t q": 2, "add default": 0 });
  assertEquals(values(all, "nuvom_jobs_started_total"), { "t q": 1, "add default": 1 });
  assertEquals(values(all, "nuvom_attempts_total")["t q failure"], 0);
  assertEquals(values(all, "nuvom_jobs_forgotten_total"), { "": 3 });
  const waits = named(all, "nuvom_job_wait_seconds").samples as readonly { labels: Labels; sum: number }[];
  assertEquals(waits.map(({ labels, sum }) => [labels, sum]), [[{ queue: "q" }, 0.5], [{ queue: "default" }, 7]]);
});

Deno.test("Metrics keeps durations as a cumulative histogram in seconds", async () => {
  const { bus, metrics } = counted();
  bus.emit("attempts.ended", {
    ends: [end("success", "done", 0.5), end("success", "done", 5), end("success", "done", 1_000_000)],
  });
  assertEquals(named(await families(metrics), "nuvom_job_duration_seconds").samples, [{
    labels: { task: "add", queue: "default" },
    bounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
    counts: [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3],
    sum: 1_000.0055,
    count: 3,
  }]);
});

Deno.test("Metrics counts tasks beyond its limit as other, and says how many observations these were", async () => {
  const { bus, metrics } = counted();
  const ends = Array.from({ length: 300 }, (_, i) => end("success", "done", 1, `task-${i}`));
  for (let round = 0; round < 2; round++) bus.emit("attempts.ended", { ends });
  const all = await families(metrics);
  const jobs = values(all, "nuvom_jobs_finished_total");
  assertEquals(Object.keys(jobs).length, 201 * 3);
  assertEquals([jobs["task-199 default success"], jobs["other default success"]], [2, 200]);
  assertEquals(values(all, "nuvom_metrics_overflow_total"), { "": 200 });
});

Deno.test("Metrics follows plugins: their state, crashes, restarts and calls", async () => {
  const { bus, metrics } = counted();
  const states = ["starting", "running", "crashed", "backoff", "starting", "running"] as const;
  for (const state of states) bus.emit("plugin.state", { plugin: "p", state });
  const call = { plugin: "p", what: "q.lease", durationMs: 2, waits: false, outcome: "answer" } as const;
  bus.emit("plugin.called", call);
  bus.emit("plugin.called", { ...call, waits: true, durationMs: 60_000 });
  bus.emit("plugin.called", { ...call, outcome: "timeout" });
  const all = await families(metrics);
  const running = Object.entries(values(all, "nuvom_plugin_state")).filter(([, value]) => value === 1);
  assertEquals(running, [["p running", 1]]);
  assertEquals(values(all, "nuvom_plugin_crashes_total"), { p: 1 });
  assertEquals(values(all, "nuvom_plugin_restarts_total"), { p: 1 });
  assertEquals(values(all, "nuvom_plugin_calls_total"), { "p answer": 2, "p error": 0, "p timeout": 1 });
  const [durations] = named(all, "nuvom_plugin_call_duration_seconds").samples as readonly { count: number }[];
  assertEquals(durations!.count, 2);
});

Deno.test("Metrics counts ends of executors, lost leases and failures of the queue", async () => {
  const { bus, metrics } = counted();
  const gone = { executor: "executor-0", detail: "", jobs: [], unstarted: [] };
  bus.emit("executor.ended", { ...gone, reason: "memory" });
  bus.emit("leases.lost", { ids: ["a", "b"] });
  bus.emit("queue.failing", { error: { name: "Error", message: "locked" }, retryInMs: 1 });
  const all = await families(metrics);
  assertEquals(values(all, "nuvom_executor_ends_total"), { stopped: 0, timeout: 0, memory: 1, crashed: 0 });
  assertEquals(values(all, "nuvom_leases_lost_total"), { "": 2 });
  assertEquals(values(all, "nuvom_queue_failures_total"), { "": 1 });
});

Deno.test("Metrics tells what its process uses", async () => {
  const all = await families(counted().metrics);
  for (const name of ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"]) {
    assert(values(all, name)[""]! > 0, name);
  }
  const age = Date.now() / 1_000 - values(all, "process_start_time_seconds")[""]!;
  assert(age > 0 && age < 600, `${age}`);
});

Deno.test("Metrics.snapshot() adds what providers say, does without one that fails, and counts and tells that", async () => {
  const { metrics, logged } = counted();
  const own = { name: "my_figure", help: "Mine.", type: "gauge", samples: [{ labels: {}, value: 7 }] } as const;
  let isGone = true;
  metrics.addProvider("moody", () => {
    if (isGone) throw new Error("gone");
    return [];
  });
  metrics.addProvider("fine", () => [own]);
  assertEquals(named(await families(metrics), "my_figure"), own);
  assertEquals(values(await families(metrics), "nuvom_metrics_provider_failures_total"), { moody: 2, fine: 0 });
  assertEquals(logged, ["the figures of moody are missing: gone"]);
  isGone = false;
  await families(metrics);
  isGone = true;
  await families(metrics);
  assertEquals(logged.length, 2);
});

Deno.test("Metrics.snapshot() waits two seconds for a provider that hangs, and asks it no second time meanwhile", async () => {
  const clock = new FakeClock();
  const metrics = new Metrics(new EventBus(), clock);
  const hanging = Promise.withResolvers<readonly MetricFamily[]>();
  let asked = 0;
  metrics.addProvider("slow", () => (asked++, hanging.promise));
  for (let scrape = 1; scrape <= 3; scrape++) {
    const taken = families(metrics);
    await settleDown();
    await clock.advance(2_000);
    assertEquals(values(await taken, "nuvom_metrics_provider_failures_total"), { slow: scrape });
  }
  assertEquals(asked, 1);
  hanging.resolve([]);
  await settleDown();
  await families(metrics);
  assertEquals(asked, 2);
});

Deno.test("queueFigures() has a row for the default queue also when it is empty", () => {
  const other = { queue: "q", pending: 1, scheduled: 2, retrying: 3, running: 4, paused: true, oldestAt: 4_000 };
  const all = queueFigures([other], 9_500);
  assertEquals(values(all, "nuvom_queue_size"), {
    ...{ "default pending": 0, "default scheduled": 0, "default retrying": 0, "default running": 0 },
    ...{ "q pending": 1, "q scheduled": 2, "q retrying": 3, "q running": 4 },
  });
  assertEquals(values(all, "nuvom_queue_oldest_age_seconds"), { default: 0, q: 5.5 });
  assertEquals(values(all, "nuvom_queue_paused"), { default: 0, q: 1 });
});

Deno.test("executorFigures() and pluginFigures() leave out what does not say what it uses", () => {
  const usage = { memoryBytes: 1_000, cpuMs: 2_500 };
  const executors = executorFigures([
    { name: "executor-0", ready: true, jobs: 3, usage },
    { name: "executor-1", ready: false, jobs: 0, usage: null },
  ], 5);
  assertEquals(values(executors, "nuvom_in_flight"), { "": 5 });
  assertEquals([values(executors, "nuvom_workers"), values(executors, "nuvom_executors")], [{ "": 1 }, { "": 2 }]);
  assertEquals(values(executors, "nuvom_executor_jobs"), { "executor-0": 3, "executor-1": 0 });
  assertEquals(values(executors, "nuvom_executor_memory_bytes"), { "executor-0": 1_000 });
  const plugins = pluginFigures([{ name: "p", usage }, { name: "q", usage: null }]);
  assertEquals(values(plugins, "nuvom_plugin_cpu_seconds_total"), { p: 2.5 });
});
