import { assertEquals } from "@std/assert";
import { MemoryQueue, MemoryResults, MemoryStore } from "../backends/mod.ts";
import type { FinishedJob, ResultBackend, ResultQuery } from "../core/mod.ts";
import { FakeClock } from "./fake_clock.ts";
import { RESULT_CASES } from "./result_cases.ts";
import { type ResultHarness, resultSubject } from "./result_harness.ts";
import { runCase } from "./run_cases.ts";
import type { Subject } from "./harness.ts";
import { STORE_CASES } from "./store_cases.ts";
import { storeSubject } from "./store_harness.ts";

type Open = (store: MemoryStore) => ResultBackend;

/** Results that outlive their client; `open` makes a client of them. */
function subject(open: Open, oneForAll = false): Subject<ResultHarness> {
  const stores = new Map<string, MemoryStore>();
  return resultSubject({
    capabilities: ["durable", "namespace", "prune"],
    open: (namespace) => {
      const name = oneForAll ? "" : namespace;
      if (!stores.has(name)) stores.set(name, new MemoryStore());
      return open(stores.get(name)!);
    },
  });
}

/** Results that change records as they are written. */
function writing(change: (job: FinishedJob) => FinishedJob | []): Open {
  return (store) => {
    const results = new MemoryResults({ store });
    const setMany = results.setMany.bind(results);
    results.setMany = (jobs) => setMany(jobs.flatMap(change));
    return results;
  };
}

/** Results of which a method is replaced. */
function replacing(change: (results: MemoryResults, store: MemoryStore) => Partial<ResultBackend>): Open {
  return (store) => {
    const results = new MemoryResults({ store });
    return Object.assign(results, change(results, store));
  };
}

/** Results that are asked for another list. */
function listing(change: (query: ResultQuery) => ResultQuery): Subject<ResultHarness> {
  return subject(replacing((results) => {
    const listJobs = results.listJobs.bind(results);
    return { listJobs: (query) => listJobs(change(query)) };
  }));
}

/** By what they do; each with the cases that must find it. */
const MUTANTS: Readonly<Record<string, readonly [Subject<ResultHarness>, ...killedBy: string[]]>> = {
  "a field is forgotten": [
    subject(writing((job) => ({ ...job, losses: 0 }))),
    "setResult() keeps the whole record of a job that succeeded",
  ],
  "results are parsed and written again": [
    subject(writing((job) => ({ ...job, result: JSON.stringify(JSON.parse(job.result ?? "null")) }))),
    "setResult() keeps the whole record of a job that succeeded",
    "setResult() keeps results from none to 1 MiB to the letter",
  ],
  "results are cut": [
    subject(writing((job) => ({ ...job, result: job.result?.slice(0, 65_536) ?? null }))),
    "setResult() keeps results from none to 1 MiB to the letter",
  ],
  "errors lose their causes": [
    subject(writing((job) => ({ ...job, error: job.error && { name: job.error.name, message: job.error.message } }))),
    "setError() keeps the whole record of a job that failed or was cancelled",
    "listJobs() answers whole records",
    "results outlive the client",
  ],
  "a cancelled job is kept as failed": [
    subject(writing((job) => ({ ...job, state: job.state === "CANCELLED" ? "FAILED" : job.state }))),
    "setError() keeps the whole record of a job that failed or was cancelled",
    "listJobs() answers only the states that it is asked for",
  ],
  "an unknown job has an empty error": [
    subject(replacing(() => ({ getError: () => Promise.resolve({ name: "Error", message: "" }) }))),
    "getResult(), getError() and getFull() answer null for a job that is not known",
  ],
  "the first record of a job stays": [
    subject((store) => {
      const finish = store.finish.bind(store);
      store.finish = (job) => store.finished.has(job.id) ? undefined : finish(job);
      return new MemoryResults({ store });
    }),
    "setResult() and setError() replace what was kept under the same id",
    "setMany() takes an empty list, and of two records of one job the last",
  ],
  "only 100 jobs of a batch are kept": [
    subject(replacing((results) => {
      const setMany = results.setMany.bind(results);
      return { setMany: (jobs) => setMany(jobs.slice(0, 100)) };
    })),
    "setMany() keeps many jobs of all states, each as it is",
  ],
  "an empty batch is refused": [
    subject(replacing((results) => {
      const setMany = results.setMany.bind(results);
      return { setMany: (jobs) => jobs.length === 0 ? Promise.reject(new Error("empty")) : setMany(jobs) };
    })),
    "setMany() takes an empty list, and of two records of one job the last",
  ],
  "of batches that come together one is kept": [
    subject(replacing((results) => {
      const setMany = results.setMany.bind(results);
      let busy = false;
      return {
        async setMany(jobs) {
          if (busy) return;
          busy = true;
          await Promise.resolve();
          busy = false;
          await setMany(jobs);
        },
      };
    })),
    "setMany() of many callers at once loses nothing",
  ],
  "jobs are listed as they were written": [
    subject(replacing((_results, store) => ({
      listJobs: ({ limit }) => Promise.resolve([...store.finished.values()].reverse().slice(0, limit)),
    }))),
    "listJobs() answers the latest finished first, whatever order they were written in",
    "listJobs() answers only the states that it is asked for",
    "listJobs() answers only jobs that finished before the time that it is given",
  ],
  "the limit counts before the states are looked at": [
    subject(replacing((results) => {
      const listJobs = results.listJobs.bind(results);
      return {
        listJobs: async ({ states, limit }) =>
          (await listJobs({ limit })).filter(({ state }) => states?.includes(state) ?? true),
      };
    })),
    "listJobs() answers only the states that it is asked for",
  ],
  "the time counts itself": [
    subject(replacing((results) => {
      const listJobs = results.listJobs.bind(results);
      return {
        listJobs: (query) => listJobs({ ...query, before: query.before === undefined ? Infinity : query.before + 1 }),
      };
    })),
    "listJobs() answers only jobs that finished before the time that it is given",
  ],
  "tasks are ignored": [
    listing(({ task: _task, ...query }) => query),
    "listJobs() answers only the task and the queue that it is asked for",
  ],
  "queues are ignored": [
    listing(({ queue: _queue, ...query }) => query),
    "listJobs() answers only the task and the queue that it is asked for",
  ],
  "the first moment is ignored": [
    listing(({ since: _since, ...query }) => query),
    "listJobs() answers only jobs that finished since the time that it is given",
  ],
  "the first moment does not count": [
    listing((query) => query.since === undefined ? query : { ...query, since: query.since + 1 }),
    "listJobs() answers only jobs that finished since the time that it is given",
  ],
  "a page begins at the next millisecond": [
    listing(({ after, ...query }) => after === undefined ? query : { ...query, before: after.finishedAt }),
    "listJobs() answers page after page every job once, also of one millisecond",
  ],
  "a page begins with the last job of the one before": [
    listing(({ after, ...query }) => after === undefined ? query : { ...query, before: after.finishedAt + 1 }),
    "listJobs() answers page after page every job once, also of one millisecond",
  ],
  "nothing is pruned": [
    subject(replacing(() => ({ prune: () => Promise.resolve(0) }))),
    "prune() forgets the earliest finished by age, number and state",
  ],
  "all states are pruned": [
    subject(replacing((results) => {
      const prune = results.prune.bind(results);
      return { prune: (request) => prune({ ...request, states: ["SUCCESS", "FAILED", "CANCELLED"] }) };
    })),
    "prune() forgets the earliest finished by age, number and state",
  ],
  "a closed store has lost its results": [
    subject(replacing((_results, store) => ({
      close: () => Promise.resolve(store.finished.clear()),
    }))),
    "results outlive the client",
  ],
  "namespaces are ignored": [
    subject((store) => new MemoryResults({ store }), true),
    "namespaces are kept apart",
  ],
  "close rejects the second time": [
    subject(replacing(() => {
      let closed = false;
      return {
        close() {
          if (closed) return Promise.reject(new Error("closed"));
          closed = true;
          return Promise.resolve();
        },
      };
    })),
    "close() may be called twice, also at the same time",
  ],
};

Deno.test("RESULT_CASES passes results that break no promise, and claim all of them", async () => {
  for (const one of RESULT_CASES) {
    const { outcome } = await runCase(one, subject((store) => new MemoryResults({ store })));
    assertEquals(outcome, "passed", one.name);
  }
});

Deno.test("RESULT_CASES finds every broken promise", async (t) => {
  for (const [name, [broken, ...killedBy]] of Object.entries(MUTANTS)) {
    await t.step(name, async () => {
      for (const one of killedBy.map((name) => RESULT_CASES.find((one) => one.name === name)!)) {
        assertEquals((await runCase(one, broken)).outcome, "failed", one.name);
      }
    });
  }
});

Deno.test("RESULT_CASES has no case that can't fail", () => {
  const useful = new Set(Object.values(MUTANTS).flatMap(([_subject, ...killedBy]) => killedBy));
  assertEquals(RESULT_CASES.map(({ name }) => name).filter((name) => !useful.has(name)), []);
});

/** The names of the cases that a store passes. */
async function passed(open: (store: MemoryStore) => MemoryResults): Promise<string[]> {
  const clock = new FakeClock();
  const subject = storeSubject({
    clock,
    open: () => {
      const store = new MemoryStore({ clock });
      return { queue: new MemoryQueue({ store }), results: Object.assign(open(store), { store: store.name }) };
    },
  });
  const names: string[] = [];
  for (const one of STORE_CASES) {
    if ((await runCase(one, subject)).outcome === "passed") names.push(one.name);
  }
  return names;
}

const NOTHING = "settle() leaves nothing in the results of a job that comes back, or by a stale token";

Deno.test("STORE_CASES passes results that see what the queue has finished", async () => {
  assertEquals(await passed((store) => new MemoryResults({ store })), STORE_CASES.map(({ name }) => name));
});

Deno.test("STORE_CASES fails results that see nothing of the queue", async () => {
  assertEquals(await passed(() => new MemoryResults()), [NOTHING]);
});

Deno.test("STORE_CASES fails results that see jobs which are not finished", async () => {
  const names = await passed((store) => {
    const results = new MemoryResults({ store });
    const getFull = results.getFull.bind(results);
    results.getFull = async (id) => (store.entries.get(id)?.record as FinishedJob | undefined) ?? await getFull(id);
    return results;
  });
  assertEquals(names.includes(NOTHING), false);
});
