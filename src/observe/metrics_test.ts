import { assertEquals } from "@std/assert";
import { type AttemptEnd, EventBus, type MetricFamily, type Outcome } from "../core/mod.ts";
import { leasedJob as job } from "../testing/leased_job.ts";
import { Metrics, workerFigures } from "./mod.ts";

function end(kind: Outcome["kind"], next: AttemptEnd["next"], durationMs: number): AttemptEnd {
  return { job: job("j"), outcome: { kind } as Outcome, next, durationMs };
}

async function family(metrics: Metrics, name: string): Promise<MetricFamily | undefined> {
  return (await metrics.snapshot()).families.find((each) => each.name === name);
}

Deno.test("Metrics counts attempts by outcome, retries apart, and not what was given back", async () => {
  const bus = new EventBus();
  const metrics = new Metrics(bus);
  bus.emit("attempts.ended", {
    ends: [
      end("success", "done", 1),
      end("success", "done", 1),
      end("failure", "retry", 1),
      end("failure", "failed", 1),
      end("lost", "released", 1),
      end("success", "stale", 1),
    ],
  });
  const jobs = await family(metrics, "nuvom_jobs_total");
  assertEquals(jobs?.samples.map(({ labels, ...rest }) => [labels.outcome, (rest as { value: number }).value]), [
    ["success", 2],
    ["failure", 2],
    ["timeout", 0],
    ["cancelled", 0],
    ["snoozed", 0],
    ["lost", 0],
  ]);
  assertEquals((await family(metrics, "nuvom_job_retries_total"))?.samples, [{ labels: {}, value: 1 }]);
});

Deno.test("Metrics keeps durations as a cumulative histogram in seconds", async () => {
  const bus = new EventBus();
  const metrics = new Metrics(bus);
  bus.emit("attempts.ended", {
    ends: [end("success", "done", 0.5), end("success", "done", 5), end("success", "done", 1_000_000)],
  });
  const durations = await family(metrics, "nuvom_job_duration_seconds");
  assertEquals(durations?.samples, [{
    labels: {},
    bounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
    counts: [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3],
    sum: 1_000.0055,
    count: 3,
  }]);
});

Deno.test("Metrics.snapshot() adds what providers say, and does without one that fails", async () => {
  const bus = new EventBus();
  const logged: string[] = [];
  bus.on("log", ({ message }) => logged.push(message));
  const metrics = new Metrics(bus);
  const own = { name: "my_figure", help: "Mine.", type: "gauge", samples: [{ labels: {}, value: 7 }] } as const;
  metrics.addProvider(() => Promise.reject(new Error("gone")));
  metrics.addProvider(() => [own]);
  assertEquals(await family(metrics, "my_figure"), own);
  assertEquals(logged, ["some figures are missing: gone"]);
});

Deno.test("Metrics counts what this process enqueues", async () => {
  const bus = new EventBus();
  const metrics = new Metrics(bus);
  bus.emit("jobs.enqueued", { jobs: [{ id: "a", task: "t", queue: "q" }, { id: "b", task: "t", queue: "q" }] });
  assertEquals((await family(metrics, "nuvom_jobs_enqueued_total"))?.samples, [{ labels: {}, value: 2 }]);
});

Deno.test("workerFigures() has a row for the default queue also when it is empty", () => {
  const other = { queue: "q", pending: 1, scheduled: 2, retrying: 3, running: 4, paused: false, oldestAt: null };
  const [sizes, inFlight, workers] = workerFigures([other], 5, 6);
  const shown = sizes!.samples.map((
    { labels, ...rest },
  ) => [labels.queue, labels.state, (rest as { value: number }).value]);
  assertEquals(shown, [
    ["default", "pending", 0],
    ["default", "scheduled", 0],
    ["default", "retrying", 0],
    ["default", "running", 0],
    ["q", "pending", 1],
    ["q", "scheduled", 2],
    ["q", "retrying", 3],
    ["q", "running", 4],
  ]);
  assertEquals([inFlight!.samples, workers!.samples], [[{ labels: {}, value: 5 }], [{ labels: {}, value: 6 }]]);
});
