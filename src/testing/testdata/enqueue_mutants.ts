/** Queues that enqueue wrongly. @module */

import type { EnqueueReceipt, JobRecord, NewJob } from "../../core/mod.ts";
import { enqueuing, handingOut, type Mutant, type Mutants, storing } from "./mutant.ts";

/** Enqueues job by job, each with what came before in mind. */
function oneByOne(take: (job: NewJob, memory: Map<string, unknown>) => EnqueueReceipt | NewJob): Mutant {
  return ({ queue, memory }) => {
    const { enqueue } = queue;
    queue.enqueue = async (jobs) => {
      const receipts: EnqueueReceipt[] = [];
      for (const job of jobs) {
        const taken = take(job, memory);
        receipts.push("duplicate" in taken ? taken : (await enqueue([taken]))[0]!);
      }
      return receipts;
    };
  };
}

/** Takes only the first of the jobs in which something looks the same. */
function mixingUp(look: (job: NewJob) => string | null): Mutant {
  return oneByOne((job, memory) => {
    const key = look(job);
    if (key === null) return job;
    const holder = memory.get(key) as string | undefined;
    if (holder !== undefined && holder !== job.id) return { id: holder, duplicate: true };
    memory.set(key, job.id);
    return job;
  });
}

/** Changes the receipts of a batch. */
function answering(change: (receipts: EnqueueReceipt[], jobs: readonly NewJob[]) => EnqueueReceipt[]): Mutant {
  return ({ queue }) => {
    const { enqueue } = queue;
    queue.enqueue = async (jobs) => change(await enqueue(jobs), jobs);
  };
}

const added = (jobs: readonly NewJob[]) => jobs.map(({ id }) => ({ id, duplicate: false }));

/** A job that is stored in another way than it is shown. */
function hiding(property: keyof NewJob, value: NewJob[keyof NewJob]): Mutant {
  return (whole) => {
    storing((job, { memory }) => {
      memory.set(job.id, job[property]);
      return { ...job, [property]: value } as JobRecord;
    })(whole);
    handingOut((job, { memory }) => ({ ...job, [property]: memory.get(job.id) }))(whole);
  };
}

/** Mutants of `enqueue`. */
export const ENQUEUE_MUTANTS: Mutants = {
  "receipts come in another order": [
    answering((receipts) => receipts.reverse()),
    "enqueue() answers a receipt for each job, in order",
  ],
  "an empty batch is refused": [
    enqueuing((jobs) => {
      if (jobs.length === 0) throw new Error("empty");
      return jobs;
    }),
    "enqueue() takes an empty batch",
  ],
  "a field falls back to its default": [
    enqueuing((jobs) => jobs.map((job) => ({ ...job, timeoutPolicy: "retry" }))),
    "enqueue() keeps every field as it is",
    "a job that comes back keeps what it was enqueued with",
  ],
  "payloads are parsed and written again": [
    handingOut((job) => ({ ...job, args: JSON.stringify(JSON.parse(job.args)) })),
    "enqueue() keeps payloads from 1 byte to 1 MiB to the letter",
  ],
  "payloads are normalized": [
    handingOut((job) => ({ ...job, args: job.args.normalize("NFC") })),
    "enqueue() keeps payloads from 1 byte to 1 MiB to the letter",
  ],
  "payloads are cut": [
    handingOut((job) => ({ ...job, args: job.args.slice(0, 65_536) })),
    "enqueue() keeps payloads from 1 byte to 1 MiB to the letter",
  ],
  "payloads lose NUL": [
    handingOut((job) => ({ ...job, args: job.args.replaceAll("\\u0000", "") })),
    "enqueue() keeps payloads from 1 byte to 1 MiB to the letter",
  ],
  "ids are compared without case": [
    mixingUp(({ id }) => id.toLowerCase()),
    "enqueue() tells ids apart character by character, up to 200 of them",
  ],
  "ids are compared by their beginning": [
    mixingUp(({ id }) => id.slice(0, 190)),
    "enqueue() tells ids apart character by character, up to 200 of them",
  ],
  "only 500 jobs of a batch are taken": [
    ({ queue }) => {
      const { enqueue } = queue;
      queue.enqueue = async (jobs) => [...await enqueue(jobs.slice(0, 500)), ...added(jobs.slice(500))];
    },
    "enqueue() takes a batch of 1,000 jobs, each of them once",
  ],
  "of batches that come together one is taken": [
    ({ queue, memory }) => {
      const { enqueue } = queue;
      queue.enqueue = async (jobs) => {
        if (memory.get("busy") === true) return added(jobs);
        memory.set("busy", true);
        await Promise.resolve();
        memory.set("busy", false);
        return await enqueue(jobs);
      };
    },
    "enqueue() takes the batches of many callers at once",
  ],
  "a batch is written job by job": [
    oneByOne((job) => job),
    "enqueue() writes nothing of a batch in which one job is bad",
    "enqueue() shows all of a batch or nothing",
  ],
  "bad jobs are left out of their batch": [
    ({ queue }) => {
      const { enqueue } = queue;
      queue.enqueue = (jobs) => enqueue(jobs).catch(() => Promise.resolve(added(jobs)));
    },
    "enqueue() writes nothing of a batch in which one job is bad",
  ],
  "a duplicate id overwrites the first job": [
    (whole) => {
      enqueuing((jobs, { memory }) => {
        for (const { id, args } of jobs) memory.set(id, args);
        return jobs;
      })(whole);
      handingOut((job, { memory }) => ({ ...job, args: memory.get(job.id) as string }))(whole);
    },
    "enqueue() takes no id twice while its job waits or runs, and leaves the first one as it is",
    "enqueue() finds duplicates within one batch",
  ],
  "a duplicate id is taken as another job": [
    oneByOne((job, memory) => {
      const times = (memory.get(job.id) ?? 0) as number;
      memory.set(job.id, times + 1);
      return times === 0 ? job : { ...job, id: `${job.id}#${times}` };
    }),
    "enqueue() takes no id twice while its job waits or runs, and leaves the first one as it is",
    "enqueue() finds duplicates within one batch",
  ],
  "a finished job is overwritten by one of the same id": [
    ({ queue, store }) => {
      const { enqueue } = queue;
      queue.enqueue = (jobs) => {
        for (const { id } of jobs) store.finished.delete(id);
        return enqueue(jobs).then((receipts) => receipts.map((receipt) => ({ ...receipt, duplicate: true })));
      };
    },
    "enqueue() takes no id of a finished job that the store still knows",
  ],
  "unique keys are ignored": [
    hiding("uniqueKey", null),
    "enqueue() answers with the job that holds the key while that waits, runs, or comes back",
    "enqueue() keeps a key while its job is not finished, also after uniqueForMs",
    "enqueue() takes one of ten jobs that race for a key",
    "enqueue() takes one of ten jobs that race for a key through two clients",
    "unique keys outlive the client",
  ],
  "uniqueForMs is ignored": [
    hiding("uniqueForMs", 0),
    "enqueue() keeps a key for uniqueForMs after creation, and no longer",
  ],
  "unique keys are never free again": [
    hiding("uniqueForMs", 1_000_000_000_000),
    "enqueue() takes a key again when its job has ended",
    "enqueue() takes a key again when its job was cancelled",
    "enqueue() keeps a key for uniqueForMs after creation, and no longer",
  ],
  "a key is free after uniqueForMs though its job waits": [
    oneByOne((job, memory) => {
      const short = job.uniqueForMs > 0 && job.uniqueForMs < 150;
      if (short) memory.set(`short ${job.uniqueKey}`, true);
      return memory.has(`short ${job.uniqueKey}`) ? { ...job, uniqueKey: `${job.uniqueKey} ${job.id}` } : job;
    }),
    "enqueue() keeps a key while its job is not finished, also after uniqueForMs",
  ],
  "cleared jobs hold their keys": [
    ({ store }) => {
      store.remove = (entry) => {
        entry.place = null;
        store.entries.delete(entry.record.id);
      };
    },
    "enqueue() takes a key again when its job was cleared",
  ],
  "unique keys are compared without case": [
    mixingUp(({ uniqueKey }) => uniqueKey?.toLowerCase() ?? null),
    "enqueue() tells keys apart character by character",
  ],
  "unique keys are compared without space": [
    mixingUp(({ uniqueKey }) => uniqueKey?.trim() ?? null),
    "enqueue() tells keys apart character by character",
  ],
  "unique keys are normalized": [
    mixingUp(({ uniqueKey }) => uniqueKey?.normalize("NFC") ?? null),
    "enqueue() tells keys apart character by character",
  ],
  "a duplicate is answered with its own id": [
    answering((receipts, jobs) => receipts.map((receipt, index) => ({ ...receipt, id: jobs[index]!.id }))),
    "enqueue() finds duplicates within one batch",
    "enqueue() takes one of ten jobs that race for a key",
  ],
  "a duplicate is not reported": [
    answering((receipts) => receipts.map(({ id }) => ({ id, duplicate: false }))),
    "enqueue() takes no id twice while its job waits or runs, and leaves the first one as it is",
  ],
};
