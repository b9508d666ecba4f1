/** What the log says of each event. @module */

import {
  type AttemptEnd,
  type EventBus,
  type EventTable,
  formatDuration,
  isLogged,
  type LogLevel as Level,
  type LogLevels,
} from "../core/mod.ts";

type Line = EventTable["log"];

/** The category of lines about single jobs. */
const JOB = "job";
type Write = (line: Line) => void;

/**
 * Writes a line for every event that is worth one at these levels, which `log.levels` changes; the returned function ends
 * it.
 */
export function logEvents(bus: EventBus, levels: LogLevels, write: Write): () => void {
  let now = levels;
  let stop = linesAt(bus, now, write);
  const off = bus.on("log.levels", (change) => {
    now = { ...now, ...change.levels };
    stop();
    stop = linesAt(bus, now, write);
  });
  return () => {
    off();
    stop();
  };
}

function linesAt(bus: EventBus, levels: LogLevels, write: Write): () => void {
  const debug = isLogged(levels, "debug", JOB);
  const wanted = (line: Line) => isLogged(levels, line.level, line.category) && write(line);
  const stops = [
    bus.on("log", wanted),
    ...workerLines(bus, wanted),
    ...executorLines(bus, wanted),
    ...realmLines(bus, wanted),
    ...pluginLines(bus, wanted),
    // A line a job is made only where someone reads it.
    bus.on("attempts.ended", ({ ends }) => {
      for (const end of ends) if (debug || end.outcome.kind !== "success") wanted(attemptLine(end));
    }),
    ...(debug ? [bus.on("attempts.started", ({ jobs }) => jobs.forEach((job) => wanted(startLine(job))))] : []),
  ];
  return () => stops.forEach((stop) => stop());
}

function workerLines(bus: EventBus, write: Write): (() => void)[] {
  const category = "worker";
  return [
    bus.on("worker.started", ({ workerId, executors, concurrency }) =>
      write({
        level: "info",
        category,
        message: `ready: ${count(executors, "executor")}, ${count(concurrency, "attempt")} at a time in each`,
        fields: { worker: workerId },
      })),
    bus.on("worker.stopping", ({ reason }) => write({ level: "info", category, message: `stopping (${reason})` })),
    bus.on("worker.stopped", ({ completed, released }) =>
      write({
        level: "info",
        category,
        message: `stopped: ${count(completed, "attempt")} ended, ${count(released, "job")} given back`,
      })),
    bus.on(
      "jobs.forgotten",
      ({ count: jobs }) => write({ level: "debug", category, message: `forgot ${count(jobs, "finished job")}` }),
    ),
    bus.on("leases.lost", ({ ids }) =>
      write({
        level: "warn",
        category,
        message: `lost the leases of ${count(ids.length, "job")}: another worker may have run them`,
        fields: { jobs: ids.slice(0, 10) },
      })),
    bus.on("queue.failing", ({ error, retryInMs }) =>
      write({
        level: "warn",
        category,
        message: `the queue fails, trying again in ${formatDuration(retryInMs)}: ${error.message}`,
        ...(error.code === undefined ? {} : { fields: { code: error.code } }),
      })),
  ];
}

function executorLines(bus: EventBus, write: Write): (() => void)[] {
  return [
    bus.on("executor.started", ({ executor, pid, startMs }) =>
      write({
        level: "debug",
        category: executor,
        message: `started in ${formatDuration(startMs)}`,
        fields: { pid },
      })),
    bus.on("executor.ended", ({ executor, reason, detail, jobs }) =>
      write({
        level: reason === "stopped" ? "debug" : "warn",
        category: executor,
        message: reason === "stopped" ? "stopped" : `ended (${reason}): ${detail}`,
        ...(jobs.length === 0 ? {} : { fields: { jobs: jobs.slice(0, 10).map(({ id }) => id) } }),
      })),
  ];
}

function realmLines(bus: EventBus, write: Write): (() => void)[] {
  const category = "realm";
  return [
    bus.on("realm.opened", ({ realm, isolation, pid, startMs }) =>
      write({
        level: "debug",
        category,
        message: `${realm} is ready after ${formatDuration(startMs)}`,
        fields: { isolation, pid },
      })),
    bus.on(
      "realm.ended",
      ({ realm, reason, detail }) =>
        write({ level: "debug", category, message: `${realm} ended (${reason}): ${detail}` }),
    ),
    bus.on("loader.loaded", ({ what, modules, remote, loadMs }) =>
      write({
        level: "debug",
        category: "loader",
        message: `${what}: ${count(modules, "module")} in ${formatDuration(loadMs)}`,
        fields: { remote },
      })),
  ];
}

const STATE_LEVELS: Readonly<Record<EventTable["plugin.state"]["state"], Level>> = {
  starting: "info",
  running: "info",
  crashed: "error",
  backoff: "warn",
  failed: "error",
  stopping: "info",
  stopped: "info",
};

function pluginLines(bus: EventBus, write: Write): (() => void)[] {
  return [
    bus.on("plugin.state", ({ plugin, state, pid, retryInMs, error }) =>
      write({
        level: STATE_LEVELS[state],
        category: `plugin.${plugin}`,
        message: retryInMs !== undefined
          ? `starts again in ${formatDuration(retryInMs)}`
          : error === undefined
          ? state
          : `${state}: ${error.message}`,
        fields: {
          ...(typeof pid === "number" ? { pid } : {}),
          ...(error?.code === undefined ? {} : { code: error.code }),
        },
      })),
    bus.on(
      "plugin.output",
      ({ plugin, stream, text }) =>
        write({ level: "info", category: `plugin.${plugin}`, message: text, fields: { stream } }),
    ),
  ];
}

function startLine({ id, task, attempts, maxAttempts }: AttemptEnd["job"]): Line {
  return {
    level: "debug",
    category: JOB,
    message: `${task} started`,
    fields: { id, attempt: attempts, maxAttempts },
  };
}

/** One attempt's end, as a line. */
export function attemptLine({ job, outcome, next, durationMs, delayMs = 0 }: AttemptEnd): Line {
  const fields = { id: job.id, attempt: job.attempts, ms: Math.round(durationMs) };
  const line = (level: Level, message: string): Line => ({ level, category: JOB, message, fields });
  const error = "error" in outcome ? outcome.error.message : "";
  switch (next) {
    case "done":
      return outcome.kind === "success"
        ? line("debug", `${job.task} done`)
        : line("warn", `${job.task} ${outcome.kind}, and goes on: ${error}`);
    case "retry":
      return line(
        "warn",
        `${job.task} ${outcome.kind}, attempt ${job.attempts} of ${job.maxAttempts}, again in ` +
          `${formatDuration(delayMs)}: ${error}`,
      );
    case "failed":
      return line("error", `${job.task} failed for good: ${error}`);
    case "cancelled":
      return line("info", `${job.task} cancelled`);
    case "snoozed":
      return line("debug", `${job.task} snoozed for ${formatDuration(delayMs)}`);
    case "released":
      return line("debug", `${job.task} given back: ${error}`);
    case "stale":
      return line("warn", `${job.task} ended after its lease was lost; its outcome was dropped`);
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
