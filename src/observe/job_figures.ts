/** Counts what becomes of jobs in this process, by task and queue. @module */

import {
  type AttemptEnd,
  type EventBus,
  type LeasedJob,
  type MetricFamily,
  type MetricSample,
  type Outcome,
  OUTCOME_KINDS,
} from "../core/mod.ts";
import { BoundedMap, OTHER } from "./bounded_map.ts";
import { counter, histogram, sample } from "./families.ts";
import { Histogram } from "./histogram.ts";

/** So many tasks are told apart, and so many queues of each: names come from whoever enqueues, and may have no end. */
const MAX_TASKS = 200;
const MAX_QUEUES = 50;
/** In seconds. */
const DURATIONS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300] as const;
const WAITS = [0.001, 0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600] as const;
/** What a job can come to, as a label. */
const FINAL = { done: "success", failed: "failed", cancelled: "cancelled" } as const;

type Final = keyof typeof FINAL;
type Outcomes = Record<Outcome["kind"], number>;

/** All counts of one task in one queue. */
class JobCounts {
  /** Of all tasks in the queue. */
  readonly waits: Histogram;
  enqueued = 0;
  started = 0;
  retries = 0;
  readonly outcomes = noOutcomes();
  readonly finals: Record<Final, number> = { done: 0, failed: 0, cancelled: 0 };
  readonly durations = new Histogram(DURATIONS);

  constructor(waits: Histogram) {
    this.waits = waits;
  }
}

/** Counts from its construction on. */
export class JobFigures {
  #overflows = 0;
  readonly #overflowed = () => void this.#overflows++;
  readonly #waits = new BoundedMap(MAX_QUEUES, () => new Histogram(WAITS), () => {});
  readonly #tasks = new BoundedMap(
    MAX_TASKS,
    () => new BoundedMap(MAX_QUEUES, (queue) => new JobCounts(this.#waits.of(queue)), this.#overflowed),
    this.#overflowed,
  );
  /** Of the last look: names that come from a store are new texts each time, and to hash them costs more than all else. */
  #last: { readonly task: string; readonly queue: string; readonly counts: JobCounts } | undefined;
  readonly #outcomes = noOutcomes();
  #forgotten = 0;

  /** Listens to the bus for good. */
  constructor(bus: EventBus) {
    bus.on("jobs.enqueued", ({ jobs }) => {
      for (const job of jobs) this.#of(job).enqueued++;
    });
    bus.on("attempts.started", ({ jobs, waitedMs }) => {
      for (let i = 0; i < jobs.length; i++) this.#started(jobs[i]!, waitedMs[i]!);
    });
    bus.on("attempts.ended", ({ ends }) => {
      for (const end of ends) this.#ended(end);
    });
    bus.on("jobs.forgotten", ({ count }) => this.#forgotten += count);
  }

  /** All of it, now. */
  families(): MetricFamily[] {
    const waits = this.#waits.entries().map(([queue, waited]) => waited.sample({ queue }));
    return [
      counter("nuvom_jobs_enqueued_total", "Jobs that this process has enqueued.", this.#each("enqueued")),
      counter("nuvom_jobs_started_total", "Attempts that have begun.", this.#each("started")),
      counter("nuvom_jobs_total", "Attempts that have ended, by outcome.", outcomeSamples({}, this.#outcomes)),
      counter("nuvom_attempts_total", "The same, also by task and queue.", this.#outcomesOfTasks()),
      counter("nuvom_jobs_finished_total", "Jobs that came to their end, by final state.", this.#finals()),
      counter("nuvom_job_retries_total", "Attempts that were followed by another one.", this.#each("retries")),
      histogram("nuvom_job_duration_seconds", "Time from the start to the end of an attempt.", this.#durations()),
      histogram("nuvom_job_wait_seconds", "Time from when an attempt could begin to its start.", waits),
      counter("nuvom_jobs_forgotten_total", "Finished jobs that this worker made the stores forget.", this.#forgotten),
      counter(
        "nuvom_metrics_overflow_total",
        `Observations that were counted as "${OTHER}", for there are too many tasks or queues.`,
        this.#overflows,
      ),
    ];
  }

  #of({ task, queue }: { readonly task: string; readonly queue: string }): JobCounts {
    const last = this.#last;
    if (task === last?.task && queue === last.queue) return last.counts;
    const overflows = this.#overflows;
    const counts = this.#tasks.of(task).of(queue);
    // What has no place of its own is looked up each time, to be counted.
    if (this.#overflows === overflows) this.#last = { task, queue, counts };
    return counts;
  }

  #started(job: LeasedJob, waitedMs: number): void {
    const counts = this.#of(job);
    counts.started++;
    counts.waits.observe(waitedMs / 1_000);
  }

  /** What was given back, or was another's already, has come to nothing here. */
  #ended({ job, outcome, next, durationMs }: AttemptEnd): void {
    if (next === "released" || next === "stale") return;
    const counts = this.#of(job);
    this.#outcomes[outcome.kind]++;
    counts.outcomes[outcome.kind]++;
    counts.durations.observe(durationMs / 1_000);
    if (next === "retry") counts.retries++;
    else if (next !== "snoozed") counts.finals[next]++;
  }

  #entries(): { readonly labels: { readonly task: string; readonly queue: string }; readonly counts: JobCounts }[] {
    return this.#tasks.entries().flatMap(([task, queues]) =>
      queues.entries().map(([queue, counts]) => ({ labels: { task, queue }, counts }))
    );
  }

  #each(name: "enqueued" | "started" | "retries"): MetricSample[] {
    return this.#entries().map(({ labels, counts }) => sample(labels, counts[name]));
  }

  #outcomesOfTasks(): MetricSample[] {
    return this.#entries().flatMap(({ labels, counts }) => outcomeSamples(labels, counts.outcomes));
  }

  #finals(): MetricSample[] {
    return this.#entries().flatMap(({ labels, counts }) =>
      (Object.keys(FINAL) as Final[]).map((next) => sample({ ...labels, state: FINAL[next] }, counts.finals[next]))
    );
  }

  #durations() {
    return this.#entries().map(({ labels, counts }) => counts.durations.sample(labels));
  }
}

function noOutcomes(): Outcomes {
  return { success: 0, failure: 0, timeout: 0, cancelled: 0, snoozed: 0, lost: 0 };
}

function outcomeSamples(labels: MetricSample["labels"], outcomes: Outcomes): MetricSample[] {
  return OUTCOME_KINDS.map((outcome) => sample({ ...labels, outcome }, outcomes[outcome]));
}
