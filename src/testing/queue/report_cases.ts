/** What `report` and `traces` promise. @module */

import { assertEquals } from "@std/assert";
import {
  type JobLogLine,
  type JobProgress,
  type JobReport,
  type LeasedJob,
  MAX_JOB_LOG,
  MAX_LOG_LINE,
} from "../../core/mod.ts";
import { inGroup } from "../conformance_case.ts";
import { randomName } from "../harness.ts";
import type { QueueHarness } from "../queue_harness.ts";
import { retry } from "./endings.ts";

function line(message: string, attempt = 1): JobLogLine {
  return { at: 1_700_000_000_000, attempt, level: "info", message };
}

function progress(value: number, note: string | null = null, attempt = 1): JobProgress {
  return { value, note, attempt, at: 1_700_000_000_000 };
}

function reportOf({ id, token }: LeasedJob, log: readonly JobLogLine[], said: JobProgress | null = null): JobReport {
  return { id, token, progress: said, log };
}

async function traceOf(h: QueueHarness, id: string) {
  const [trace] = await h.queue.traces!([id]);
  return trace;
}

/** Cases of the group `report`. */
export const REPORT_CASES = inGroup<QueueHarness>("report", [
  {
    name: "report() keeps the latest progress and all lines, in order",
    needs: ["report"],
    async run(h) {
      await h.addMany(2);
      const [job, other] = await h.leaseAll(2);
      await h.queue.report!([
        reportOf(job!, [line("one"), line('Ünexpected "two"\n\u0000 👍')], progress(0.25, "half of the half")),
        reportOf(other!, [], progress(1)),
      ]);
      await h.queue.report!([reportOf(job!, [line("three")], progress(0.5))]);
      const log = [line("one"), line('Ünexpected "two"\n\u0000 👍'), line("three")];
      assertEquals(await traceOf(h, job!.id), { progress: progress(0.5), log });
      assertEquals(await traceOf(h, other!.id), { progress: progress(1), log: [] });
      await h.queue.report!([]);
    },
  },
  {
    name: "report() without progress leaves what was said before",
    needs: ["report"],
    async run(h) {
      const { id } = await h.add();
      const job = await h.leaseOne();
      await h.queue.report!([reportOf(job, [], progress(0.75, "nearly"))]);
      await h.queue.report!([reportOf(job, [line("a line")])]);
      assertEquals(await traceOf(h, id), { progress: progress(0.75, "nearly"), log: [line("a line")] });
    },
  },
  {
    name: "report() keeps the last lines, and cuts those that are too long",
    needs: ["report"],
    async run(h) {
      const { id } = await h.add();
      const job = await h.leaseOne();
      const lines = Array.from({ length: MAX_JOB_LOG + 30 }, (_, index) => line(`line ${index}`));
      await h.queue.report!([reportOf(job, lines.slice(0, 50))]);
      await h.queue.report!([reportOf(job, lines.slice(50), progress(0, "n".repeat(5_000)))]);
      await h.queue.report!([reportOf(job, [line("x".repeat(5_000))])]);
      const trace = await traceOf(h, id);
      assertEquals(trace?.log.length, MAX_JOB_LOG);
      assertEquals(trace?.log.slice(0, -1), lines.slice(31));
      assertEquals(trace?.log.at(-1)?.message, `${"x".repeat(MAX_LOG_LINE - 1)}…`);
      assertEquals(trace?.progress?.note, `${"n".repeat(MAX_LOG_LINE - 1)}…`);
    },
  },
  {
    name: "report() by a stale token, or of a job that is gone, changes nothing and fails no other",
    needs: ["report"],
    async run(h) {
      await h.addMany(2);
      const [first, second] = await h.leaseAll(2);
      await h.queue.report!([reportOf(first!, [line("kept")])]);
      await h.end(first!);
      await h.queue.report!([
        reportOf(first!, [line("too late")], progress(1)),
        { id: randomName("unknown"), token: second!.token, progress: null, log: [line("nobody")] },
        reportOf(second!, [line("live")]),
      ]);
      assertEquals(await traceOf(h, first!.id), { progress: null, log: [line("kept")] });
      assertEquals(await traceOf(h, second!.id), { progress: null, log: [line("live")] });
    },
  },
  {
    name: "traces() answers in order, null for jobs that told nothing",
    needs: ["report"],
    async run(h) {
      const quiet = await h.add();
      const { id } = await h.add();
      const jobs = await h.leaseAll(2);
      await h.queue.report!([reportOf(jobs.find((job) => job.id === id)!, [line("one")])]);
      const traces = await h.queue.traces!([randomName("unknown"), id, quiet.id]);
      assertEquals(traces, [null, { progress: null, log: [line("one")] }, null]);
    },
  },
  {
    name: "what a job told outlives its attempts and its end",
    needs: ["report"],
    async run(h) {
      const { id } = await h.add();
      const first = await h.leaseOne();
      await h.queue.report!([reportOf(first, [line("first")], progress(0.9))]);
      await h.end(first, retry(1, 0));
      const second = await h.leaseOne();
      await h.queue.report!([reportOf(second, [line("second", 2)])]);
      await h.end(second);
      assertEquals(await traceOf(h, id), { progress: progress(0.9), log: [line("first"), line("second", 2)] });
    },
  },
  {
    name: "clear() forgets what cleared jobs told",
    needs: ["report"],
    async run(h) {
      const { id } = await h.add();
      const job = await h.leaseOne();
      await h.queue.report!([reportOf(job, [line("one")])]);
      await h.end(job, { action: "release" });
      await h.queue.clear();
      assertEquals(await traceOf(h, id), null);
    },
  },
]);
