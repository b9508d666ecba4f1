/** What `settle` promises. @module */

import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { type JobRecord, type JobState, MAX_JOB_ERRORS } from "../../core/mod.ts";
import { inGroup } from "../conformance_case.ts";
import type { Ending, QueueHarness } from "../queue_harness.ts";
import { ERROR, failedAttempt, retry } from "./endings.ts";

const FINAL: readonly (readonly [JobState, Ending])[] = [
  ["SUCCESS", { action: "succeed", result: '"done"' }],
  ["FAILED", { action: "fail", error: ERROR, attempt: failedAttempt(1) }],
  ["CANCELLED", { action: "cancel", error: ERROR }],
];

/** Cases of the group `settle`. */
export const SETTLE_CASES = inGroup<QueueHarness>("settle", [
  {
    name: "settle() ends a job that succeeded, failed or was cancelled for good",
    needs: [],
    async run(h) {
      for (const [, ending] of FINAL) {
        await h.add();
        assertEquals(await h.settle(await h.leaseOne(), ending), "settled");
        assertEquals(await h.lease(), [], `a job that ended by ${ending.action} is not handed out again`);
        assertEquals(await h.queue.qsize(), 0);
      }
    },
  },
  {
    name: "settle() keeps the final state, the result and the error",
    needs: ["inspect"],
    async run(h) {
      for (const [state, ending] of FINAL) {
        const { id } = await h.add();
        await h.end(await h.leaseOne({ workerId: "last" }), ending);
        const record = await h.record(id);
        assert(record !== null, `the job that ended by ${ending.action} is known`);
        assertEquals(endOf(record), {
          state,
          attempts: 1,
          workerId: "last",
          result: state === "SUCCESS" ? '"done"' : null,
          error: state === "SUCCESS" ? null : ERROR,
          errors: state === "FAILED" ? [failedAttempt(1)] : [],
        });
        assertGreaterOrEqual(record.finishedAt!, record.startedAt!);
      }
    },
  },
  {
    name: "settle() keeps results up to 1 MiB to the letter, or none",
    needs: ["inspect"],
    async run(h) {
      for (const result of ['[ 1.0, "\\u0000", "👍" ]', JSON.stringify("語".repeat(300_000)), null]) {
        const { id } = await h.add();
        await h.end(await h.leaseOne(), { action: "succeed", result });
        assert((await h.record(id))?.result === result, `the result ${result?.slice(0, 40)} was changed`);
      }
    },
  },
  {
    name: "settle() keeps no result of a job that wants none kept",
    needs: ["inspect"],
    async run(h) {
      const { id } = await h.add({ storeResult: false });
      await h.end(await h.leaseOne(), { action: "succeed", result: '"secret"' });
      const { state, result } = (await h.record(id))!;
      assertEquals([state, result], ["SUCCESS", null]);
    },
  },
  {
    name: "settle() changes nothing by a token that is not the job's",
    needs: [],
    async run(h) {
      await h.addMany(2);
      const [a, b] = await h.leaseAll(2);
      const { id } = a!;
      const tokens = ["", "nonsense", "0", `${a!.token}0`, `0${a!.token}`, ` ${a!.token}`, b!.token];
      for (const token of tokens) {
        const statuses = await h.queue.settle([{ id, token, action: "succeed", result: null }]);
        assertEquals(statuses, ["stale"], `the token ${JSON.stringify(token)} is not the job's`);
      }
      assertEquals([await h.settle(a!, { action: "release" }), await h.settle(b!, { action: "release" })], [
        "settled",
        "settled",
      ]);
    },
  },
  {
    name: "settle() changes nothing by the token of an older lease",
    needs: [],
    async run(h) {
      await h.add();
      const old = await h.leaseOne();
      await h.end(old, { action: "release" });
      assertEquals(await h.settle(old, FINAL[0]![1]), "stale", "the job waits");
      const now = await h.leaseOne();
      for (const [, ending] of FINAL) assertEquals(await h.settle(old, ending), "stale", "the job is leased again");
      assertEquals(await h.settle(old, retry(1, 0)), "stale");
      await h.end(now, { action: "release" });
    },
  },
  {
    name: "settle() takes the first of two endings",
    needs: [],
    async run(h) {
      await h.addMany(2);
      const [a, b] = await h.leaseAll(2);
      await h.end(a!);
      assertEquals(await h.settle(a!, { action: "release" }), "stale");
      const { id, token } = b!;
      const together = await h.queue.settle([
        { id, token, action: "succeed", result: null },
        { id, token, action: "release" },
      ]);
      assertEquals(together, ["settled", "stale"]);
      assertEquals(await h.lease(), []);
    },
  },
  {
    name: "settle() takes one of two endings that race, and everyone sees that one",
    needs: ["inspect"],
    async run(h) {
      for (let round = 0; round < 5; round++) {
        const { id } = await h.add();
        const job = await h.leaseOne();
        const statuses = await Promise.all(FINAL.map(([, ending]) => h.settle(job, ending)));
        assertEquals(statuses.filter((status) => status === "settled").length, 1);
        assertEquals((await h.record(id))?.state, FINAL[statuses.indexOf("settled")]![0]);
      }
    },
  },
  {
    name: "settle() takes many endings at once, each for itself",
    needs: [],
    async run(h) {
      const jobs = await h.addMany(6);
      const leased = new Map((await h.leaseAll(6)).map((job) => [job.id, job]));
      const [ok, failed, cancelled, again, snoozed, released] = jobs.map(({ id }) => {
        return { id, token: leased.get(id)!.token };
      });
      const statuses = await h.queue.settle([
        { id: "unknown", token: ok!.token, action: "release" },
        { ...ok!, action: "succeed", result: "1" },
        { ...failed!, action: "fail", error: ERROR, attempt: failedAttempt(1) },
        { ...cancelled!, action: "cancel", error: ERROR },
        { ...ok!, action: "release" },
        { ...again!, action: "retry", delayMs: 0, attempt: failedAttempt(1) },
        { ...snoozed!, action: "snooze", delayMs: 0 },
        { ...released!, action: "release" },
      ]);
      const settled = "settled" as const;
      assertEquals(statuses, ["stale", settled, settled, settled, "stale", settled, settled, settled]);
      const back = await h.leaseAll(3);
      assertEquals(back.map(({ id }) => id).sort(), [again!.id, snoozed!.id, released!.id].sort());
      assertEquals(await h.lease(), []);
    },
  },
  {
    name: "settle() takes 500 endings in one call",
    needs: [],
    async run(h) {
      await h.addMany(500);
      const jobs = await h.leaseAll(500);
      const statuses = await h.queue.settle(
        jobs.map(({ id, token }) => ({ id, token, action: "succeed", result: "0" })),
      );
      assertEquals(statuses, jobs.map(() => "settled" as const));
      const { lost } = await h.queue.renew(jobs.map(({ id, token }) => ({ id, token })), 30_000);
      assertEquals(lost.length, 500, "none of their leases is live");
    },
  },
  {
    name: "settle() and renew() take empty lists",
    needs: [],
    async run(h) {
      assertEquals(await h.queue.settle([]), []);
      assertEquals(await h.queue.renew([], 1_000), { lost: [], cancelled: [] });
    },
  },
  {
    name: "settle() counts late, or is stale and the job comes back: never both",
    needs: ["lease"],
    async run(h) {
      await h.add();
      const late = await h.leaseOne({ leaseMs: 100 });
      await h.advance(300);
      const status = await h.settle(late, { action: "succeed", result: null });
      const next = await h.within(3_000, "the answer of a lease", h.lease({ waitMs: 300 }));
      assertEquals(next.length, status === "settled" ? 0 : 1, `the late settle was ${status}`);
    },
  },
  {
    name: "settle() keeps the errors of all attempts, oldest first, and no more than the last ones",
    needs: [],
    async run(h) {
      const attempts = Array.from({ length: MAX_JOB_ERRORS + 2 }, (_, index) => index + 1);
      await h.add({ maxAttempts: attempts.length + 1 });
      for (const attempt of attempts) {
        const job = await h.leaseOne();
        assertEquals(job.errors.map((error) => error.attempt), attempts.slice(0, attempt - 1).slice(-MAX_JOB_ERRORS));
        await h.end(job, retry(attempt, 0));
      }
      const { errors } = await h.leaseOne();
      assertEquals(errors, attempts.slice(-MAX_JOB_ERRORS).map(failedAttempt));
    },
  },
  {
    name: "settle() adds the last attempt to the errors of a job that fails, or none",
    needs: ["inspect"],
    async run(h) {
      for (const last of [failedAttempt(2), null]) {
        const { id } = await h.add();
        await h.end(await h.leaseOne(), retry(1, 0));
        await h.end(await h.leaseOne(), { action: "fail", error: ERROR, attempt: last });
        const { errors, attempts } = (await h.record(id))!;
        assertEquals([errors, attempts], [last === null ? [failedAttempt(1)] : [failedAttempt(1), last], 2]);
      }
    },
  },
]);

function endOf({ state, attempts, workerId, result, error, errors }: JobRecord) {
  return { state, attempts, workerId, result, error, errors };
}
