/** The events of a worker as lines for programs. @module */

import type { AttemptEnd, EventBus, JobRecord } from "../core/mod.ts";
import { errorDocument } from "./job_view.ts";

/** One line: the name of what happened, and what there is to say of it. */
export type EventDocument = { readonly event: string } & Readonly<Record<string, unknown>>;

/** Events that are printed as they are. */
const PLAIN = ["worker.started", "worker.stopping", "worker.stopped", "leases.lost", "executor.started"] as const;

/** Tells of every event until the returned function is called; events of jobs come one by one, without arguments. */
export function eventDocuments(bus: EventBus, tell: (documents: readonly EventDocument[]) => void): () => void {
  const stops = [
    ...PLAIN.map((name) => bus.on(name, (event) => tell([{ event: name, ...event }]))),
    bus.on(
      "queue.failing",
      ({ error, retryInMs }) => tell([{ event: "queue.failing", error: errorDocument(error), retryInMs }]),
    ),
    bus.on(
      "executor.ended",
      ({ jobs, unstarted, ...event }) =>
        tell([{ event: "executor.ended", ...event, jobs: ids(jobs), unstarted: ids(unstarted) }]),
    ),
    bus.on(
      "plugin.state",
      ({ error, ...event }) =>
        tell([{ event: "plugin.state", ...event, ...(error === undefined ? {} : { error: errorDocument(error) }) }]),
    ),
    bus.on("jobs.enqueued", ({ jobs }) => tell(jobs.map((job) => ({ event: "job.enqueued", ...job })))),
    bus.on("attempts.started", ({ jobs }) => tell(jobs.map((job) => ({ event: "attempt.started", ...named(job) })))),
    bus.on("attempts.ended", ({ ends }) => tell(ends.map(ended))),
  ];
  return () => stops.forEach((stop) => stop());
}

function ids(jobs: readonly JobRecord[]): string[] {
  return jobs.map(({ id }) => id);
}

function named({ id, task, queue, attempts, maxAttempts }: JobRecord) {
  return { id, task, queue, attempt: attempts, maxAttempts };
}

function ended({ job, outcome, next, durationMs, delayMs }: AttemptEnd): EventDocument {
  return {
    event: "attempt.ended",
    ...named(job),
    outcome: outcome.kind,
    next,
    durationMs: Math.round(durationMs),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...("error" in outcome ? { error: errorDocument(outcome.error) } : {}),
  };
}
