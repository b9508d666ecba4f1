/** The promises of a result backend. @module */

import { assert, assertEquals } from "@std/assert";
import type { FinishedJob, ResultQuery } from "../core/mod.ts";
import { type ConformanceCase, inGroup } from "./conformance_case.ts";
import { randomName } from "./harness.ts";
import { ERROR, failedAttempt } from "./queue/endings.ts";
import type { ResultHarness } from "./result_harness.ts";

/** Every case for result backends. */
export const RESULT_CASES: readonly ConformanceCase<ResultHarness>[] = inGroup("results", [
  {
    name: "setResult() keeps the whole record of a job that succeeded",
    needs: [],
    async run(h) {
      const job = h.succeeded({
        task: "reports.daily:v2",
        args: '[ 1.0, "👍\\u0000", 123456789012345678901234567890 ]',
        queue: "mail",
        priority: -7,
        delayMs: 5,
        maxAttempts: 9,
        retryDelayMs: 77,
        timeoutMs: 88,
        timeoutPolicy: "ignore",
        uniqueKey: "a key",
        uniqueForMs: 99,
        attempts: 3,
        losses: 2,
        result: '{ "b": [ 1.0 ], "a": "\\u0000👍" }',
        errors: [failedAttempt(1), failedAttempt(2)],
      });
      await h.results.setResult(job);
      assertEquals(await h.results.getFull(job.id), job);
      assertEquals(await h.results.getResult(job.id), job.result);
      assertEquals(await h.results.getError(job.id), null);
    },
  },
  {
    name: "setError() keeps the whole record of a job that failed or was cancelled",
    needs: [],
    async run(h) {
      for (const state of ["FAILED", "CANCELLED"] as const) {
        const job = h.failed({ state, error: ERROR, errors: [failedAttempt(1)], startedAt: null, workerId: null });
        await h.results.setError(job);
        assertEquals(await h.results.getFull(job.id), job);
        assertEquals(await h.results.getError(job.id), ERROR);
        assertEquals(await h.results.getResult(job.id), null);
      }
    },
  },
  {
    name: "setResult() keeps results from none to 1 MiB to the letter",
    needs: [],
    async run(h) {
      for (const result of [null, "0", '""', JSON.stringify("x".repeat(1024 * 1024)), JSON.stringify("\ud800語")]) {
        const job = h.succeeded({ result, storeResult: result !== null });
        await h.results.setResult(job);
        assert(await h.results.getResult(job.id) === result, `the result ${result?.slice(0, 40)} was changed`);
      }
    },
  },
  {
    name: "getResult(), getError() and getFull() answer null for a job that is not known",
    needs: [],
    async run(h) {
      const { id } = h.succeeded();
      assertEquals([await h.results.getResult(id), await h.results.getError(id), await h.results.getFull(id)], [
        null,
        null,
        null,
      ]);
    },
  },
  {
    name: "setResult() and setError() replace what was kept under the same id",
    needs: [],
    async run(h) {
      const first = h.failed({ error: ERROR });
      await h.results.setError(first);
      const second = h.succeeded({ id: first.id, result: '"second"' });
      await h.results.setResult(second);
      assertEquals(await h.results.getFull(first.id), second);
      assertEquals(await h.results.getError(first.id), null);
      await h.results.setError(first);
      assertEquals(await h.results.getResult(first.id), null);
      assertEquals(await timesListed(h, first), 1);
    },
  },
  {
    name: "setMany() keeps many jobs of all states, each as it is",
    needs: [],
    async run(h) {
      const jobs = Array.from({ length: 300 }, (_, index): FinishedJob => {
        return index % 3 === 0 ? h.succeeded({ result: String(index) }) : h.failed({ args: `[${index}]` });
      });
      await h.results.setMany(jobs);
      for (const job of [jobs[0]!, jobs[1]!, jobs[150]!, jobs[299]!]) {
        assertEquals(await h.results.getFull(job.id), job);
      }
      const listed = await h.results.listJobs({ limit: 300 });
      assertEquals(listed.map(({ id }) => id).sort(), jobs.map(({ id }) => id).sort());
    },
  },
  {
    name: "setMany() takes an empty list, and of two records of one job the last",
    needs: [],
    async run(h) {
      await h.results.setMany([]);
      const job = h.failed();
      await h.results.setMany([job, h.succeeded({ id: job.id, result: '"last"' })]);
      assertEquals(await h.results.getResult(job.id), '"last"');
      assertEquals(await timesListed(h, job), 1);
    },
  },
  {
    name: "setMany() of many callers at once loses nothing",
    needs: [],
    async run(h) {
      const batches = Array.from({ length: 10 }, () => Array.from({ length: 10 }, () => h.succeeded()));
      await Promise.all(batches.map((jobs) => h.results.setMany(jobs)));
      const listed = await h.results.listJobs({ limit: 100 });
      assertEquals(listed.map(({ id }) => id).sort(), batches.flat().map(({ id }) => id).sort());
    },
  },
  {
    name: "listJobs() answers the latest finished first, whatever order they were written in",
    needs: [],
    async run(h) {
      const jobs = Array.from({ length: 6 }, () => h.succeeded());
      for (const index of [3, 0, 5, 1, 4, 2]) await h.results.setResult(jobs[index]!);
      const latest = jobs.toReversed().map(({ id }) => id);
      assertEquals((await h.results.listJobs({ limit: 6 })).map(({ id }) => id), latest);
      assertEquals((await h.results.listJobs({ limit: 2 })).map(({ id }) => id), latest.slice(0, 2));
    },
  },
  {
    name: "listJobs() answers whole records",
    needs: [],
    async run(h) {
      const job = h.failed({ error: ERROR, errors: [failedAttempt(1)], args: '["👍"]' });
      await h.results.setError(job);
      assertEquals(await h.results.listJobs({ limit: 1 }), [job]);
    },
  },
  {
    name: "listJobs() answers only the states that it is asked for",
    needs: [],
    async run(h) {
      const [success, failed, cancelled] = [h.succeeded(), h.failed(), h.failed({ state: "CANCELLED" })];
      await h.results.setMany([success, failed, cancelled]);
      const latest = async (limit: number, ...states: FinishedJob["state"][]) =>
        (await h.results.listJobs({ states, limit })).map(({ id }) => id);
      assertEquals(await latest(1, "FAILED"), [failed.id]);
      assertEquals(await latest(2, "SUCCESS", "CANCELLED"), [cancelled.id, success.id]);
    },
  },
  {
    name: "listJobs() answers only jobs that finished before the time that it is given",
    needs: [],
    async run(h) {
      const jobs = [h.succeeded(), h.succeeded(), h.succeeded()];
      await h.results.setMany(jobs);
      const before = jobs[2]!.finishedAt;
      assertEquals((await h.results.listJobs({ limit: 2, before })).map(({ id }) => id), [jobs[1]!.id, jobs[0]!.id]);
      assertEquals((await h.results.listJobs({ limit: 1, before })).map(({ id }) => id), [jobs[1]!.id]);
    },
  },
  {
    name: "listJobs() answers only the task and the queue that it is asked for",
    needs: [],
    async run(h) {
      const queue = randomName("queue");
      const jobs = ["a", "b", "a"].map((task) => h.succeeded({ task, queue }));
      await h.results.setMany([...jobs, h.succeeded({ task: "a" })]);
      const ids = (indexes: number[]) => indexes.map((index) => jobs[index]!.id);
      const list = async (query: Partial<ResultQuery>) =>
        (await h.results.listJobs({ limit: 10, ...query })).map(({ id }) => id);
      assertEquals(await list({ queue }), ids([2, 1, 0]));
      assertEquals(await list({ queue, task: "a" }), ids([2, 0]));
      assertEquals(await list({ queue, task: "a", states: ["FAILED"] }), []);
    },
  },
  {
    name: "listJobs() answers only jobs that finished since the time that it is given",
    needs: [],
    async run(h) {
      const jobs = [h.succeeded(), h.succeeded(), h.succeeded()];
      await h.results.setMany(jobs);
      const since = jobs[1]!.finishedAt;
      assertEquals((await h.results.listJobs({ limit: 10, since })).map(({ id }) => id), [jobs[2]!.id, jobs[1]!.id]);
    },
  },
  {
    name: "listJobs() answers page after page every job once, also of one millisecond",
    needs: [],
    async run(h) {
      const queue = randomName("queue");
      const { finishedAt } = h.succeeded();
      const together = Array.from({ length: 7 }, () => h.succeeded({ queue, finishedAt }));
      const jobs = [...together, h.succeeded({ queue })];
      await h.results.setMany(together.slice(0, 4));
      await h.results.setMany(jobs.slice(4));
      const seen: FinishedJob[] = [];
      for (let page: FinishedJob[] | null = null; page === null || page.length > 0;) {
        const last = seen.at(-1);
        page = await h.results.listJobs({ queue, limit: 3, ...(last === undefined ? {} : { after: last }) });
        seen.push(...page);
        assert(seen.length <= jobs.length, "a job is answered twice");
      }
      assertEquals(seen.map(({ id }) => id).sort(), jobs.map(({ id }) => id).sort());
      const whole = await h.results.listJobs({ queue, limit: 10 });
      assertEquals(whole.map(({ id }) => id), seen.map(({ id }) => id), "pages are parts of one list");
    },
  },
  {
    name: "prune() forgets the earliest finished by age, number and state",
    needs: ["prune", "namespace"],
    async run(h) {
      const now = Date.now();
      const aged = (days: number) => ({ finishedAt: now - days * 86_400_000 });
      const [old, young, youngest] = [h.succeeded(aged(9)), h.succeeded(aged(2)), h.succeeded(aged(1))];
      const failed = h.failed(aged(9));
      await h.results.setMany([youngest!, old!, failed, young!]);
      const known = async () => (await h.results.listJobs({ limit: 10 })).map(({ id }) => id);
      const week = { states: ["SUCCESS"], olderThanMs: 7 * 86_400_000, keep: null, limit: 10 } as const;
      assertEquals([await h.results.prune!(week), await known()], [1, [youngest.id, young.id, failed.id]]);
      const one = { ...week, olderThanMs: null, keep: 1 };
      assertEquals([await h.results.prune!(one), await known()], [1, [youngest.id, failed.id]]);
    },
  },
  {
    name: "results outlive the client",
    needs: ["durable"],
    async run(h) {
      const job = h.failed({ error: ERROR });
      await h.results.setError(job);
      await h.reopen();
      assertEquals(await h.results.getFull(job.id), job);
    },
  },
  {
    name: "namespaces are kept apart",
    needs: ["namespace"],
    async run(h) {
      const other = await h.elsewhere();
      const job = h.succeeded();
      await h.results.setResult(job);
      assertEquals([await other.getFull(job.id), await other.listJobs({ limit: 10 })], [null, []]);
    },
  },
  {
    name: "close() may be called twice, also at the same time",
    needs: [],
    async run(h) {
      await h.within(3_000, "the end of close()", Promise.all([h.results.close(), h.results.close()]));
      await h.within(3_000, "the end of another close()", h.results.close());
    },
  },
]);

async function timesListed(h: ResultHarness, { id }: FinishedJob): Promise<number> {
  return (await h.results.listJobs({ limit: 10 })).filter((job) => job.id === id).length;
}
